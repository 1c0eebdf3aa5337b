import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_BYTES } from '../delivery/byte-accounts.ts';
import { accumulate, countTime } from './accumulate-qoe.ts';
import { type QoeEvent, type QoeState, type QoeStatus, startQoe } from './qoe-state.ts';
import { summaryOf } from './qoe-summary.ts';

const NOTHING = { bytes: NO_BYTES, bytesByServer: {} };
const low = { renditionId: 'v240', averageBps: 400_000, heightPx: 240 };
const high = { renditionId: 'v720', averageBps: 2_400_000, heightPx: 720 };

const status = (name: QoeStatus, wantsPlay = true): QoeEvent => ({ type: 'status', status: name, wantsPlay });
const shown = (quality: typeof low): QoeEvent => ({ type: 'shown', quality });

/** A play asked for at 1000 ms, after these events. */
function after(...steps: readonly (readonly [atMs: number, event: QoeEvent])[]): QoeState {
  return steps.reduce((state, [atMs, event]) => accumulate(state, event, atMs), startQoe(1000));
}

describe('the time of a play', () => {
  it('is start-up until the first picture, then playing', () => {
    const state = after([1000, status('loading')], [1200, status('ready')], [1500, status('playing')]);
    expect(summaryOf(state, NOTHING, 4500)).toMatchObject({ startupMs: 500, playingMs: 3000, elapsedMs: 3500 });
  });

  it('is nobody waiting while nobody wants the start', () => {
    const state = after([1100, status('ready', false)], [9100, status('ready')], [9400, status('playing')]);
    expect(summaryOf(state, NOTHING, 9400)).toMatchObject({ startupMs: 400, pausedMs: 8000 });
  });

  it('has stalls with the running one, its ratio of the time that should have moved, and the longest', () => {
    const state = after(
      [1000, status('playing')],
      [10_000, status('rebuffering')],
      [10_250, status('playing')],
      [11_000, status('rebuffering')],
    );
    expect(summaryOf(state, NOTHING, 12_000)).toMatchObject({
      rebufferCount: 2,
      rebufferMs: 1250,
      longestRebufferMs: 1000,
      rebufferRatio: 1250 / 11_000,
    });
  });

  it('is seeking once while the viewer scrubs, and start-up still when he seeks before the start', () => {
    const state = after(
      [1100, status('seeking')],
      [1300, status('playing')],
      [5000, status('seeking')],
      [5200, status('seeking')],
    );
    expect(summaryOf(state, NOTHING, 5300)).toMatchObject({ startupMs: 300, seekCount: 1, seekingMs: 300 });
  });

  it('stands still when the play is closed', () => {
    const state = after([1500, status('playing')], [2500, status('idle')], [9000, status('playing')]);
    expect(summaryOf(state, NOTHING, 10_000)).toMatchObject({ outcome: 'stopped', playingMs: 1000, elapsedMs: 1500 });
  });
});

describe('how a play ends', () => {
  const outcomeAfter = (...events: readonly QoeEvent[]) =>
    summaryOf(after(...events.map((event) => [2000, event] as const)), NOTHING, 2000).outcome;

  it('is abandoned where it is given up before the first picture', () => {
    expect(outcomeAfter(status('ready'), status('idle'))).toBe('abandoned');
    expect(outcomeAfter(status('ready'), status('playing'), status('destroyed'))).toBe('stopped');
  });

  it('is what came first: an end or an error is not undone by closing', () => {
    expect(outcomeAfter(status('playing'), status('ended'), status('idle'))).toBe('ended');
    expect(outcomeAfter(status('playing'), status('failed'), status('idle'))).toBe('failed');
  });

  it('is open again where the viewer plays it once more', () => {
    expect(outcomeAfter(status('playing'), status('ended'), status('seeking'))).toBe('running');
  });
});

describe('quality', () => {
  it('is weighted by the time it was on screen and moved', () => {
    const state = after(
      [1000, shown(low)],
      [2000, status('playing')],
      [3000, shown(high)],
      [6000, status('paused', false)],
      [60_000, status('playing')],
    );
    expect(summaryOf(state, NOTHING, 60_000)).toMatchObject({
      averageBps: (low.averageBps + 3 * high.averageBps) / 4,
      averageHeightPx: 600,
      switchUpCount: 1,
      switchDownCount: 0,
      switchedBps: 2_000_000,
    });
  });

  it('is not told before anything was shown', () => {
    expect(summaryOf(after([1000, status('playing')]), NOTHING, 9000)).not.toHaveProperty('averageBps');
  });
});

it('counts moves, hand-overs and errors by their reasons', () => {
  const state = after(
    [1000, { type: 'moved', reason: 'stalled' }],
    [1000, { type: 'moved', reason: 'stalled' }],
    [1000, { type: 'handed-over', reason: 'reset' }],
    [1000, { type: 'error', code: 'media/decode' }],
    [1000, { type: 'error', code: 'media/decode' }],
  );
  const summary = summaryOf(state, { bytes: { ...NO_BYTES, lostBytes: 7 }, bytesByServer: { a: 3 } }, 1000);
  expect(summary).toMatchObject({ moves: { stalled: 2 }, handOvers: { reset: 1 }, errorCount: 2 });
  expect(summary).toMatchObject({ errorCodes: ['media/decode'], bytesByServer: { a: 3 }, wastedBytes: { lost: 7 } });
});

const anyEvent: fc.Arbitrary<QoeEvent> = fc.oneof(
  fc.record({
    type: fc.constant('status' as const),
    status: fc.constantFrom<QoeStatus>('loading', 'ready', 'playing', 'paused', 'rebuffering', 'seeking', 'ended'),
    wantsPlay: fc.boolean(),
  }),
  fc.constantFrom(shown(low), shown(high)),
  fc.constant<QoeEvent>({ type: 'moved', reason: 'reset' }),
);
const anySteps = fc.array(fc.tuple(fc.integer({ min: -50, max: 5000 }), anyEvent), { maxLength: 40 });

describe('whatever happens, with a clock that may step back', () => {
  it('durations are not negative and add up to the time that passed', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        let nowMs = 1000;
        let latestMs = nowMs;
        let state = startQoe(nowMs);
        let elapsedMs = 0;
        for (const [stepMs, event] of steps) {
          nowMs += stepMs;
          latestMs = Math.max(latestMs, nowMs);
          state = accumulate(state, event, nowMs);
          const summary = summaryOf(state, NOTHING, nowMs);
          const { startingMs, playingMs, pausedMs, seekingMs, rebufferMs } = summary;
          const parts = [startingMs, playingMs, pausedMs, seekingMs, rebufferMs];
          expect(Math.min(...parts, summary.longestRebufferMs)).toBeGreaterThanOrEqual(0);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(latestMs - 1000);
          expect(summary.elapsedMs).toBeGreaterThanOrEqual(elapsedMs);
          expect(summary.longestRebufferMs).toBeLessThanOrEqual(rebufferMs);
          elapsedMs = summary.elapsedMs;
        }
      }),
    );
  });

  it('counting in between changes nothing, and the average lies between what was shown', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(100), (steps, askedAfterMs) => {
        let nowMs = 1000;
        let [asked, unasked] = [startQoe(nowMs), startQoe(nowMs)];
        for (const [stepMs, event] of steps) {
          asked = countTime(asked, nowMs + Math.min(stepMs, askedAfterMs));
          nowMs += stepMs;
          asked = accumulate(asked, event, nowMs);
          unasked = accumulate(unasked, event, nowMs);
        }
        expect(asked).toEqual(unasked);
        const { averageBps } = summaryOf(asked, NOTHING, nowMs);
        if (averageBps === undefined) return;
        expect(averageBps).toBeGreaterThanOrEqual(low.averageBps - 1);
        expect(averageBps).toBeLessThanOrEqual(high.averageBps + 1);
      }),
    );
  });
});
