import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenditionView } from '../manifest/presentation.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { endOfTransfer, expectationOf, NO_FORECAST, observeRate } from '../throughput/rate-forecast.ts';
import type { AbrContext } from './abr-context.ts';
import { lookAhead } from './look-ahead.ts';

const videoBps = [300_000, 800_000, 1_600_000, 3_000_000, 6_000_000];
const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 90 }));
const rule = lookAhead();

const bitsOf = (view: RenditionView | undefined, number: number): number => {
  const segment = view?.segments[number];
  return segment ? (segment.endByte - segment.startByte) * 8 : 0;
};

interface Session {
  readonly rungs: readonly number[];
  readonly stallMs: number;
  readonly switches: number;
  /** Per segment: quality less its changes less waiting, in Mbit/s. */
  readonly worth: number;
}

/** Plays on a network whose rate depends on the segment, measured as the player measures it. */
function play(bpsAt: (segment: number) => number, bufferGoalMs = 30_000, ladder = video): Session {
  const rungs: number[] = [];
  let current: RenditionView | undefined;
  let measured = NO_FORECAST;
  let nowMs = 0;
  let bufferMs = 0;
  let stallMs = 0;
  let worth = 0;
  for (let number = 0; number < 90; number++) {
    nowMs += Math.max(0, bufferMs - bufferGoalMs);
    bufferMs = Math.min(bufferMs, bufferGoalMs);
    const context = { video: ladder, segmentNumber: number, bufferAheadMs: bufferMs, bufferGoalMs };
    const { bps: throughputBps, spread: rateSpread } = expectationOf(measured) ?? {};
    const known = { throughputBps, rateSpread, latencyMs: 20 };
    const { rendition }: { rendition: RenditionView } = rule({ ...context, ...known, current });
    const downloadMs = 20 + (bitsOf(rendition, number) * 1000) / bpsAt(number);
    const waitMs = current ? Math.max(0, downloadMs - bufferMs) : 0;
    stallMs += waitMs;
    worth += (rendition.averageBps - Math.abs(rendition.averageBps - (current ?? rendition).averageBps)) / 1e6;
    worth -= (6 * waitMs) / 1000;
    bufferMs = Math.max(0, bufferMs - downloadMs) + 4000;
    const bytes = bitsOf(rendition, number) / 8;
    nowMs += downloadMs;
    measured = endOfTransfer(observeRate(measured, { bytes, durationMs: downloadMs - 20 }, nowMs), nowMs);
    current = rendition;
    rungs.push(ladder.indexOf(rendition));
  }
  const switches = rungs.filter((rung, at) => at > 0 && rung !== rungs[at - 1]).length;
  return { rungs, stallMs, switches, worth: worth / 90 };
}

describe('on a steady network', () => {
  it('settles on what it carries, without a stall and without swinging', () => {
    for (const bps of [0.5e6, 1e6, 2e6, 4e6, 8e6]) {
      const { rungs, stallMs, switches } = play(() => bps);
      const carried = videoBps.filter((rate) => rate < bps).length - 1;
      expect(rungs.at(60), `${bps}`).toBeGreaterThanOrEqual(carried);
      expect(stallMs, `${bps}`).toBe(0);
      expect(switches, `${bps}`).toBeLessThanOrEqual(12);
    }
  });

  it('never plays worse when it is faster', () => {
    // One choice may be lower with a higher throughput: a plan may gather buffer first for a larger step. Plays are not.
    const worths = Array.from({ length: 14 }, (_, step) => play(() => 4e5 * 1.3 ** step).worth);
    for (const [step, worth] of worths.slice(1).entries()) expect(worth).toBeGreaterThan((worths[step] ?? 0) - 0.05);
  });
});

describe('when the network changes', () => {
  it('goes down far enough at a sudden drop to go on without a stall', () => {
    const { rungs, stallMs } = play((segment) => (segment < 40 ? 9e6 : 1.2e6));
    expect(rungs[39]).toBe(4);
    expect(stallMs).toBe(0);
    // At the very end it may spend the buffer that nobody needs any more.
    expect(Math.max(...rungs.slice(46, 86))).toBeLessThanOrEqual(2);
  });

  it('comes back to the best after a recovery', () => {
    const { rungs } = play((segment) => (segment >= 20 && segment < 40 ? 0.5e6 : 9e6));
    expect(rungs[36]).toBeLessThanOrEqual(1);
    expect(rungs.slice(44)).toEqual(rungs.slice(44).map(() => 4));
  });

  it('does not follow a network that swings by a third with every segment', () => {
    const { switches, stallMs } = play((segment) => (segment % 2 === 0 ? 2.1e6 : 2.8e6));
    expect(stallMs).toBe(0);
    expect(switches).toBeLessThan(15);
  });

  it('averages a network that alternates by the segment instead of chasing it', () => {
    const { switches, stallMs, worth } = play((segment) => (segment % 2 === 0 ? 1.5e6 : 4.5e6));
    expect(stallMs).toBeLessThan(1500);
    expect(switches).toBeLessThanOrEqual(20);
    expect(worth).toBeGreaterThan(1.6);
  });

  it('keeps playing with a buffer goal of a single segment', () => {
    const { rungs, stallMs } = play(() => 4e6, 4000);
    expect(stallMs).toBe(0);
    expect(Math.max(...rungs)).toBeGreaterThanOrEqual(2);
  });
});

describe('with the real sizes of segments', () => {
  const context = { video, segmentNumber: 10, bufferAheadMs: 9000, throughputBps: 7e6, current: video[4] };

  it('goes down before a segment that is far larger than its rendition says', () => {
    expect(rule(context).rendition).toBe(video[4]);
    expect(videoBps.indexOf(rule({ ...context, video: withHuge(10, 6) }).rendition.averageBps)).toBeLessThan(4);
  });

  it('saves up while such a segment is still ahead', () => {
    const poorer = { ...context, bufferAheadMs: 6000, throughputBps: 6e6 };
    const before = rule({ ...poorer, video: withHuge(99, 40) }).rendition.averageBps;
    expect(rule({ ...poorer, video: withHuge(12, 40) }).rendition.averageBps).toBeLessThan(before);
  });

  /** Every rendition's segment `number` is `factor` times as large. */
  function withHuge(number: number, factor: number): RenditionView[] {
    return video.map((view) => ({
      ...view,
      segments: view.segments.map((segment, at) =>
        at === number
          ? { ...segment, endByte: segment.startByte + (segment.endByte - segment.startByte) * factor }
          : segment,
      ),
    }));
  }
});

describe('hysteresis', () => {
  it('once gone to a rendition, the same moment keeps it', () => {
    const contexts = fc.record({
      segmentNumber: fc.nat(89),
      bufferAheadMs: fc.nat(40_000),
      throughputBps: fc.integer({ min: 100_000, max: 2e7 }),
      current: fc.constantFrom(...video),
    });
    fc.assert(
      fc.property(contexts, (asked) => {
        const { rendition } = rule({ ...asked, video });
        expect(rule({ ...asked, video, current: rendition }).rendition).toBe(rendition);
      }),
    );
  });
});

describe('at the edges', () => {
  const extreme = (more: Partial<AbrContext>): number =>
    video.indexOf(rule({ video, segmentNumber: 10, bufferAheadMs: 20_000, current: video[2], ...more }).rendition);

  it('a network without end carries the best, one without anything the lowest', () => {
    fc.assert(
      fc.property(fc.constantFrom(...video), fc.integer({ min: 4000, max: 60_000 }), (current, bufferAheadMs) => {
        expect(extreme({ throughputBps: 1e9, current, bufferAheadMs })).toBe(4);
        expect(extreme({ throughputBps: 1, audioBps: 128_000, current, bufferAheadMs: 0 })).toBe(0);
      }),
    );
  });

  it('stays where it is while nothing was measured', () => {
    expect(extreme({})).toBe(2);
  });

  it('says when not even the lowest arrives in time', () => {
    const starved = { video, segmentNumber: 10, bufferAheadMs: 500, throughputBps: 100_000, current: video[0] };
    expect(rule(starved).reason).toBe('lowest');
  });
});
