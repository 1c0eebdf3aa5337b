import type { BufferedSegment, RenditionView, ReplacementChoice } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { Events } from 'hls.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Replacer } from './replacer.ts';

const low = { renditionId: 'low' } as RenditionView;
const high = { renditionId: 'high' } as RenditionView;
const SEGMENT_S = 2;

describe('replacement of buffered segments', () => {
  const listeners = new Map<string, (name: string, data: unknown) => void>();
  const told: unknown[] = [];
  let positionMs: number;
  let seen: readonly BufferedSegment[];
  let choice: ReplacementChoice | undefined;
  let lieReady: () => void;
  let replacer: Replacer;

  const emit = (name: string, sn: number): void => {
    const frag = { type: 'main', sn, start: sn * SEGMENT_S, end: (sn + 1) * SEGMENT_S };
    listeners.get(name)?.(name, { frag });
  };
  /** One look, and the turns that follow it. */
  const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(500);

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    positionMs = 1000;
    choice = { segmentNumber: 4, rendition: high, withinMs: 5000 };
    const hls = {
      hasEnoughToStart: true,
      media: { seeking: false },
      mainForwardBufferInfo: { end: 6 * SEGMENT_S },
      on: (name: string, listener: () => void) => listeners.set(name, listener),
      trigger: (name: string, range: { startOffset: number; endOffset: number }) =>
        told.push([name, range.startOffset, range.endOffset]),
    };
    replacer = new Replacer(hls as unknown as Hls, {
      renditionOf: () => low,
      positionMs: () => positionMs,
      select: (buffered) => {
        seen = buffered;
        const given = choice;
        choice = undefined;
        return given;
      },
      prepare: () =>
        new Promise((resolve) => {
          lieReady = resolve;
        }),
      forget: () => told.push('forget'),
      replaced: (rendition, segmentNumber) => told.push(['replaced', rendition.renditionId, segmentNumber]),
    });
    for (let number = 0; number < 6; number++) emit(Events.FRAG_BUFFERED, number);
  });
  afterEach(() => {
    replacer.stop();
    vi.useRealTimers();
  });

  it('shows the core what is buffered, and how long there is until each must lie ready', async () => {
    positionMs = 2500;
    await look();
    expect(seen.map(({ segmentNumber, dueInMs }) => [segmentNumber, dueInMs])).toEqual([
      [1, -3500],
      [2, -1500],
      [3, 500],
      [4, 2500],
      [5, 4500],
    ]);
  });

  it('takes the old segment out only when the better one lies ready, and stops short of the next key frame', async () => {
    await look();
    expect(told).toEqual([]);
    lieReady();
    await look();
    expect(told).toEqual([
      [Events.BUFFER_FLUSHING, 8, 9.95],
      ['replaced', 'low', 4],
    ]);
  });

  it('leaves the old one where it is when the playhead has come too near meanwhile', async () => {
    await look();
    positionMs = 6000;
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['forget']);
    lieReady();
    await look();
    expect(told.filter((entry) => entry !== 'forget')).toEqual([]);
  });

  it('gives up what takes longer than the core allows', async () => {
    await look();
    await vi.advanceTimersByTimeAsync(5000);
    expect(told).toContain('forget');
  });

  it('does nothing while hls.js loads, and takes nothing out then', async () => {
    emit(Events.FRAG_LOADING, 6);
    await look();
    expect(choice).toBeDefined();
    emit(Events.FRAG_BUFFERED, 6);
    await look();
    expect(choice).toBeUndefined();
    emit(Events.FRAG_LOADING, 7);
    lieReady();
    await look();
    expect(told).toEqual(['forget']);
  });
});
