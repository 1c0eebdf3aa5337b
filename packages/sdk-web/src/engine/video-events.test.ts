import type { EngineEvent } from '@pressplay/sdk-core';
import { describe, expect, it, vi } from 'vitest';
import { bufferAheadMs, watchVideo } from './video-events.ts';

const ranges = (...pairs: [number, number][]): TimeRanges => ({
  length: pairs.length,
  start: (index) => pairs[index]?.[0] ?? 0,
  end: (index) => pairs[index]?.[1] ?? 0,
});

describe('the buffer ahead', () => {
  it('is what lies after the position in the range that holds it', () => {
    expect(bufferAheadMs(ranges([0, 4], [10, 20]), 12)).toBe(8000);
  });

  it('is nothing where the position lies outside', () => {
    expect(bufferAheadMs(ranges([0, 4]), 6)).toBe(0);
    expect(bufferAheadMs(ranges(), 0)).toBe(0);
  });

  it('reaches over holes too small to see, and before a first frame that lies a little late', () => {
    expect(bufferAheadMs(ranges([0.08, 4], [4.05, 8]), 0)).toBe(8000);
    expect(bufferAheadMs(ranges([0, 4], [4.5, 8]), 0)).toBe(4000);
  });
});

class FakeVideo extends EventTarget {
  currentTime = 0;
  ended = false;
  readyState = 2;
  paused = false;
  seeking = false;
  buffered = ranges();
  error: MediaError | null = null;
}

function watched(startAtMs = 0): {
  video: FakeVideo;
  events: EngineEvent[];
  errors: unknown[];
  fire(name: string): void;
  stop(): void;
} {
  const video = new FakeVideo();
  const events: EngineEvent[] = [];
  const errors: unknown[] = [];
  const target = {
    notify: (event: EngineEvent) => void events.push(event),
    mediaError: (error: unknown) => void errors.push(error),
  };
  const stop = watchVideo(video as unknown as HTMLVideoElement, startAtMs, target);
  return { video, events, errors, fire: (name) => void video.dispatchEvent(new Event(name)), stop };
}

describe('a watched video element', () => {
  it('does not report the seek to the start position as a seek', () => {
    const { video, events, fire } = watched(20_000);
    video.currentTime = 20.02;
    fire('seeking');
    fire('seeked');
    expect(events).toEqual([]);
  });

  it('reports a seek of the user, also back to the start', () => {
    const { video, events, fire } = watched(0);
    fire('playing');
    fire('seeking');
    video.currentTime = 31;
    fire('seeked');
    expect(events.map((event) => event.type)).toEqual(['playing', 'seeking', 'seeked']);
    expect(events[2]).toEqual({ type: 'seeked', positionMs: 31_000 });
  });

  it('reports the end, not the pause that comes with it', () => {
    const { video, events, fire } = watched();
    fire('pause');
    video.ended = true;
    fire('pause');
    fire('ended');
    expect(events.map((event) => event.type)).toEqual(['paused', 'ended']);
  });

  it('reports at once that it waits for data, but not a wait that is over when its event comes', () => {
    const { video, events, fire } = watched();
    fire('waiting');
    expect(events).toEqual([{ type: 'waiting' }]);
    video.readyState = 4;
    fire('waiting');
    expect(events).toHaveLength(1);
  });

  it('reports a decoder that stands still with data at hand only when that lasts', () => {
    vi.useFakeTimers();
    const { video, events, fire } = watched();
    video.buffered = ranges([0, 10]);
    fire('waiting');
    video.readyState = 4;
    vi.advanceTimersByTime(1000);
    expect(events).toEqual([]);
    video.readyState = 2;
    fire('waiting');
    vi.advanceTimersByTime(1000);
    expect(events).toEqual([{ type: 'waiting' }]);
    vi.useRealTimers();
  });

  it('is left alone after the watch was stopped', () => {
    const { events, errors, fire, stop } = watched();
    stop();
    for (const name of ['playing', 'waiting', 'pause', 'seeking', 'seeked', 'ended', 'error']) fire(name);
    expect([...events, ...errors]).toEqual([]);
  });
});
