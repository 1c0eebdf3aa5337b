import { describe, expect, test } from 'vitest';
import { standstills } from './measure.ts';
import type { Moment } from './watched-play.ts';

const EVERY_MS = 50;

/** Read every 50 ms where nothing else is said: `rate` is how fast the playhead runs. */
function played(...spans: { ms: number; rate: number; bufferedS?: number; isUnwatched?: boolean }[]): Moment[] {
  let atMs = 1000;
  let positionMs = 4000;
  const moments: Moment[] = [{ atMs, positionS: positionMs / 1000, bufferedS: 8, ended: false }];
  for (const { ms, rate, bufferedS = 8, isUnwatched = false } of spans) {
    const stepMs = isUnwatched ? ms : EVERY_MS;
    for (let left = ms; left > 0; left -= stepMs) {
      atMs += stepMs;
      positionMs += stepMs * rate;
      moments.push({ atMs, positionS: positionMs / 1000, bufferedS, ended: false });
    }
  }
  return moments;
}

describe('a playhead that is read from outside', () => {
  test('a film that runs stands nowhere', () => {
    expect(standstills(played({ ms: 3000, rate: 1 }), 0)).toEqual({
      withoutMediaMs: 0,
      withMediaMs: 0,
      unwatchedMs: 0,
    });
  });

  test('it stands for want of media, and then runs again', () => {
    const moments = played(
      { ms: 1000, rate: 1, bufferedS: 0.5 },
      { ms: 800, rate: 0, bufferedS: 0 },
      { ms: 1000, rate: 1 },
    );
    expect(standstills(moments, 0)).toEqual({ withoutMediaMs: 800, withMediaMs: 0, unwatchedMs: 0 });
  });

  test('it stands with media at hand', () => {
    const moments = played({ ms: 500, rate: 1 }, { ms: 600, rate: 0 }, { ms: 500, rate: 1 });
    expect(standstills(moments, 0)).toEqual({ withoutMediaMs: 0, withMediaMs: 600, unwatchedMs: 0 });
  });

  test('nobody looked for a while, and the film ran on meanwhile', () => {
    const moments = played({ ms: 500, rate: 1 }, { ms: 650, rate: 1, isUnwatched: true }, { ms: 500, rate: 1 });
    expect(standstills(moments, 0)).toEqual({ withoutMediaMs: 0, withMediaMs: 0, unwatchedMs: 650 });
  });

  test('nobody looked while it ran dry', () => {
    const moments = played(
      { ms: 500, rate: 1, bufferedS: 0.5 },
      { ms: 2000, rate: 0.25, bufferedS: 0, isUnwatched: true },
      { ms: 500, rate: 1 },
    );
    expect(standstills(moments, 0)).toEqual({ withoutMediaMs: 1500, withMediaMs: 0, unwatchedMs: 2000 });
  });

  test('it still stands at the end of the watch', () => {
    const moments = played({ ms: 500, rate: 1, bufferedS: 0 }, { ms: 5000, rate: 0, bufferedS: 0 });
    expect(standstills(moments, 0).withoutMediaMs).toBe(5000);
  });

  test('what was before the fault does not count', () => {
    const moments = played({ ms: 600, rate: 0 }, { ms: 500, rate: 1 });
    expect(standstills(moments, 1600).withMediaMs).toBe(0);
  });
});
