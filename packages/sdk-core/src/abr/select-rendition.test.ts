import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentationOf } from '../manifest/presentation-of.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import type { AbrFunction } from './abr-context.ts';
import { bolaRule } from './bola.ts';
import { lookAhead } from './look-ahead.ts';
import { ruleOf } from './rule-of.ts';
import { selectRendition } from './select-rendition.ts';
import { throughputRule } from './throughput-rule.ts';

const videoBps = [300_000, 800_000, 1_600_000, 3_000_000, 6_000_000];
const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 30 }));
const noFault = (error: unknown): never => {
  throw error;
};
const RULES = {
  'look-ahead': () => ruleOf(undefined, noFault),
  'look-ahead, asked for': () => ruleOf(lookAhead(), noFault),
  bola: () => ruleOf(bolaRule, noFault),
  throughput: () => ruleOf(throughputRule, noFault),
};

const contexts = fc.record({
  segmentNumber: fc.nat(29),
  bufferAheadMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60_000 })),
  bufferGoalMs: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 120_000 })),
  current: fc.oneof(fc.constant(undefined), fc.constantFrom(...video)),
  throughputBps: fc.oneof(fc.constant(undefined), fc.integer({ min: 1000, max: 30_000_000 })),
  latencyMs: fc.oneof(fc.constant(undefined), fc.nat(2000)),
  audioBps: fc.constantFrom(0, 128_000),
});

describe.each(Object.entries(RULES))('the rule %s', (_, newRule) => {
  const rule = newRule();

  it('keeps within the limits, where any rendition does', () => {
    fc.assert(
      fc.property(
        contexts,
        fc.integer({ min: 300_000, max: 7e6 }),
        fc.integer({ min: 180, max: 1000 }),
        (context, maxVideoBps, maxHeightPx) => {
          const { rendition } = selectRendition({ ...context, video, limits: { maxVideoBps, maxHeightPx } }, rule);
          expect(rendition.averageBps).toBeLessThanOrEqual(maxVideoBps);
          expect(rendition.heightPx).toBeLessThanOrEqual(maxHeightPx);
        },
      ),
    );
  });

  it('gives the lowest where no rendition is within the limits', () => {
    const context = { video, segmentNumber: 0, bufferAheadMs: 9000, throughputBps: 1e7, limits: { maxVideoBps: 1 } };
    expect(selectRendition(context, rule).rendition).toBe(video[0]);
  });

  it('leaves a rendition that has come above a limit, and says so', () => {
    const context = { video, segmentNumber: 5, bufferAheadMs: 20_000, bufferGoalMs: 20_000, throughputBps: 2e7 };
    const limited = { ...context, current: video[4], limits: { maxVideoBps: 3e6 } };
    expect(selectRendition(limited, rule)).toEqual({ rendition: video[3], reason: 'limit' });
    expect(selectRendition({ ...limited, throughputBps: undefined }, rule)).toEqual({
      rendition: video[3],
      reason: 'limit',
    });
  });

  it('has one answer to a single rendition, whatever the context', () => {
    const single = video.slice(2, 3);
    fc.assert(
      fc.property(contexts, (context) => {
        expect(selectRendition({ ...context, video: single }, rule).rendition).toBe(single[0]);
      }),
    );
  });

  it('answers the same context the same way, whatever it was asked in between', () => {
    fc.assert(
      fc.property(contexts, contexts, (context, other) => {
        const first = selectRendition({ ...context, video }, rule);
        selectRendition({ ...other, video: video.slice(1, 4) }, rule);
        expect(selectRendition({ ...context, video }, rule)).toEqual(first);
        expect(selectRendition({ ...context, video }, newRule())).toEqual(first);
      }),
    );
  });

  it('refuses a presentation without video', () => {
    const nothing = { video: [], segmentNumber: 0, bufferAheadMs: 0 };
    expect(() => selectRendition(nothing, rule)).toThrow(RangeError);
  });
});

describe('without a rule', () => {
  it('looks ahead', () => {
    fc.assert(
      fc.property(contexts, (context) => {
        const asked = selectRendition({ ...context, video }, lookAhead());
        expect(selectRendition({ ...context, video })).toEqual(asked);
      }),
    );
  });
});

describe("an app's own function", () => {
  const context = { video, segmentNumber: 3, bufferAheadMs: 9000, throughputBps: 2e7, current: video[1] };
  const ask = (own: AbrFunction, limits = {}) => {
    const faults: unknown[] = [];
    const choice = selectRendition(
      { ...context, limits },
      ruleOf(own, (error) => faults.push(error)),
    );
    return { choice, faults };
  };

  it('decides, with its own reasons', () => {
    const { choice, faults } = ask(({ video: [lowest = video[4]!] }) => ({ rendition: lowest, reason: 'saving data' }));
    expect(choice).toEqual({ rendition: video[0], reason: 'saving data' });
    expect(faults).toEqual([]);
  });

  it('is offered only what the limits permit', () => {
    const { choice } = ask(({ video: offered }) => ({ rendition: offered.at(-1)!, reason: 'best' }), {
      maxHeightPx: 540,
    });
    expect(choice.rendition).toBe(video[2]);
  });

  it('that throws or answers with what was not offered ends no play: the look-ahead answers', () => {
    const expected = selectRendition({ ...context, limits: { maxVideoBps: 2e6 } });
    const broken: AbrFunction[] = [
      () => {
        throw new Error('a bug of the app');
      },
      () => ({ rendition: video[4]!, reason: 'above the limit' }),
      () => undefined as never,
    ];
    for (const own of broken) {
      const { choice, faults } = ask(own, { maxVideoBps: 2e6 });
      expect(choice).toEqual(expected);
      expect(faults).toHaveLength(1);
    }
  });
});
