import type { RenditionView } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { Events } from 'hls.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DownloadWatch, type DownloadWatchQuestions } from './download-watch.ts';

const [high, low] = ['high', 'low'].map((renditionId) => ({ renditionId }) as RenditionView);

describe('the watch over what hls.js loads', () => {
  const listeners = new Map<string, Set<(name: string, data: unknown) => void>>();
  const triggered: string[] = [];
  const discarded: unknown[] = [];
  let judged: Parameters<DownloadWatchQuestions['judge']>[0][];
  let verdict: RenditionView | undefined;
  let watch: DownloadWatch;

  const emit = (name: string, frag: unknown): void => {
    for (const listener of listeners.get(name) ?? []) listener(name, { frag });
  };
  const fragment = (sn: number | 'initSegment', type = 'main') => ({
    sn,
    type,
    stats: { aborted: false, loaded: 0, loading: { start: performance.now(), first: 0, end: 0 } },
    abortRequests: vi.fn(),
  });

  beforeEach(() => {
    vi.useFakeTimers();
    listeners.clear();
    triggered.length = 0;
    discarded.length = 0;
    judged = [];
    verdict = undefined;
    const hls = {
      on: (name: string, listener: () => void) => {
        listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
      },
      off: (name: string, listener: () => void) => listeners.get(name)?.delete(listener),
      trigger: (name: string) => triggered.push(name),
    };
    watch = new DownloadWatch(hls as unknown as Hls, {
      renditionOf: () => high,
      judge: (progress) => {
        judged.push(progress);
        return verdict;
      },
      discarded: (...what) => void discarded.push(what),
    });
  });
  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  it('shows the core how a video segment comes, until it is there', () => {
    const frag = fragment(7);
    emit(Events.FRAG_LOADING, frag);
    vi.advanceTimersByTime(200);
    frag.stats.loaded = 5000;
    frag.stats.loading.first = frag.stats.loading.start + 250;
    vi.advanceTimersByTime(200);
    frag.stats.loading.end = frag.stats.loading.start + 450;
    vi.advanceTimersByTime(2000);
    expect(judged).toEqual([
      { rendition: high, segmentNumber: 7, elapsedMs: 200, receivedBytes: 0, firstByteAfterMs: undefined },
      { rendition: high, segmentNumber: 7, elapsedMs: 400, receivedBytes: 5000, firstByteAfterMs: 250 },
    ]);
    expect(frag.abortRequests).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives it up for the smaller one that the core names, and keeps that until it is in the buffer', () => {
    const frag = fragment(7);
    emit(Events.FRAG_LOADING, frag);
    frag.stats.loaded = 3000;
    verdict = low;
    vi.advanceTimersByTime(200);
    expect(frag.abortRequests).toHaveBeenCalledOnce();
    expect(triggered).toEqual([Events.FRAG_LOAD_EMERGENCY_ABORTED]);
    expect(discarded).toEqual([[high, 7, 3000]]);
    expect([watch.insteadOf(7), watch.insteadOf(8)]).toEqual([low, undefined]);
    verdict = undefined;
    emit(Events.FRAG_LOADING, fragment(7));
    expect(watch.insteadOf(7)).toBe(low);
    emit(Events.FRAG_BUFFERED, { sn: 7, type: 'audio' });
    expect(watch.insteadOf(7)).toBe(low);
    emit(Events.FRAG_BUFFERED, { sn: 7, type: 'main' });
    expect(watch.insteadOf(7)).toBeUndefined();
  });

  it('forgets the smaller one when the viewer went elsewhere', () => {
    emit(Events.FRAG_LOADING, fragment(7));
    verdict = low;
    vi.advanceTimersByTime(200);
    emit(Events.FRAG_LOADING, fragment(40));
    expect(watch.insteadOf(7)).toBeUndefined();
  });

  it('leaves audio and init segments alone', () => {
    verdict = low;
    emit(Events.FRAG_LOADING, fragment(7, 'audio'));
    emit(Events.FRAG_LOADING, fragment('initSegment'));
    vi.advanceTimersByTime(1000);
    expect(judged).toEqual([]);
  });

  it('leaves nothing behind', () => {
    emit(Events.FRAG_LOADING, fragment(7));
    watch.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect([...listeners.values()].every((set) => set.size === 0)).toBe(true);
  });
});
