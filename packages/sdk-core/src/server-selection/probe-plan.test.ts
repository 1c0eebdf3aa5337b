import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EXCLUSIONS, recordFailure } from './exclusions.ts';
import {
  BYTES_PER_PROBE,
  CLEAR_MS,
  CLOSE_MS,
  MIN_BUFFER_MS,
  type ProbePlanInput,
  planProbes,
  probeInterval,
} from './probe-plan.ts';

const ids = ['a', 'b', 'c', 'd'];
const decide = (given: Partial<ProbePlanInput> = {}) =>
  planProbes({
    servers: ids.map((ocaId, rank) => ({ ocaId, siteId: ocaId, rank })),
    exclusions: NO_EXCLUSIONS,
    heardAtMs: { a: 100_000, b: 60_000, c: 50_000, d: 95_000 },
    predictedMs: { a: 500, b: 750, c: 750, d: 750 },
    preferredId: 'a',
    nowMs: 100_000,
    bufferMs: 20_000,
    deliveredBytes: 50_000_000,
    spentBytes: 0,
    ...given,
  });
const plan = (given?: Partial<ProbePlanInput>): readonly string[] => decide(given).ocaIds;

describe('the time between two probes of an idle server', () => {
  it('is short in a close race and long where the winner is clear', () => {
    expect(probeInterval(500, 500)).toEqual({ intervalMs: CLOSE_MS, reason: 'close-race' });
    expect(probeInterval(400, 500)).toEqual({ intervalMs: CLOSE_MS, reason: 'close-race' });
    expect(probeInterval(5000, 500)).toEqual({ intervalMs: CLEAR_MS, reason: 'clear-race' });
  });

  it('never shrinks as the other server falls behind, and stays within its bounds', () => {
    const predictedMs = fc.double({ min: 1, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(predictedMs, predictedMs, predictedMs, (one, other, ownMs) => {
        const [near, far] = [Math.min(one, other), Math.max(one, other)].map(
          (ms) => probeInterval(ms, ownMs).intervalMs,
        );
        expect(near).toBeLessThanOrEqual(far ?? 0);
        expect(near).toBeGreaterThanOrEqual(CLOSE_MS);
        expect(far).toBeLessThanOrEqual(CLEAR_MS);
      }),
    );
  });
});

describe('probes during play', () => {
  it('go to the servers that were idle for long, the longest first, never to the preferred one', () => {
    expect(decide()).toEqual({ ocaIds: ['c', 'b'], reason: 'due' });
    const heardAtMs = { a: 0, b: 100_000, c: 100_000, d: 100_000 };
    expect(decide({ heardAtMs })).toEqual({ ocaIds: [], reason: 'none-due' });
  });

  it('go sooner to who runs close behind, later to who is far behind', () => {
    const heardAtMs = { a: 100_000, b: 85_000, c: 85_000, d: 85_000 };
    const predictedMs = { a: 500, b: 2000, c: 520, d: 900 };
    expect(plan({ heardAtMs, predictedMs })).toEqual(['c']);
    expect(plan({ heardAtMs, predictedMs, nowMs: 130_000 })).toEqual(['c', 'd']);
    expect(plan({ heardAtMs, predictedMs, nowMs: 180_000 })).toEqual(['c', 'd', 'b']);
  });

  it('wait while the buffer is low, whoever is due', () => {
    const low = fc.integer({ min: 0, max: MIN_BUFFER_MS - 1 });
    fc.assert(
      fc.property(low, fc.nat({ max: 10_000_000 }), (bufferMs, nowMs) => {
        expect(decide({ bufferMs, nowMs })).toEqual({ ocaIds: [], reason: 'buffer-low' });
      }),
    );
  });

  it('stay within one percent of what was delivered', () => {
    expect(decide({ deliveredBytes: 100 * BYTES_PER_PROBE - 1 })).toEqual({ ocaIds: [], reason: 'budget-spent' });
    expect(plan({ deliveredBytes: 100 * BYTES_PER_PROBE })).toEqual(['c']);
    expect(plan({ deliveredBytes: 200 * BYTES_PER_PROBE, spentBytes: BYTES_PER_PROBE + 1 })).toEqual([]);
  });

  it('never cost more than one percent over a play, however slow it is and however close the race', () => {
    const predicted = fc.record(Object.fromEntries(ids.map((id) => [id, fc.integer({ min: 100, max: 3000 })])));
    fc.assert(
      fc.property(predicted, fc.integer({ min: 1000, max: 1_000_000 }), (predictedMs, bytesPerS) => {
        const heardAtMs: Record<string, number> = {};
        let spentBytes = 0;
        for (let nowMs = 0; nowMs < 600_000; nowMs += 5000) {
          const deliveredBytes = (bytesPerS * nowMs) / 1000;
          for (const ocaId of plan({ predictedMs, heardAtMs, nowMs, deliveredBytes, spentBytes })) {
            heardAtMs[ocaId] = nowMs;
            spentBytes += BYTES_PER_PROBE;
          }
          expect(spentBytes).toBeLessThanOrEqual(deliveredBytes / 100);
        }
        if (bytesPerS > 100_000) expect(Object.keys(heardAtMs).sort()).toEqual(['b', 'c', 'd']);
      }),
    );
  });

  it('go first to a server that must prove itself, once its exclusion is over', () => {
    const failure = { ocaId: 'd', siteId: 'd', fileId: 'f', scope: 'host' as const, startedAtMs: 0, nowMs: 89_000 };
    const exclusions = recordFailure(NO_EXCLUSIONS, failure);
    const heardAtMs = { a: 100_000, b: 60_000, c: 50_000, d: 89_000 };
    expect(plan({ exclusions, heardAtMs, nowMs: 98_000 })).toEqual(['c', 'b']);
    expect(plan({ exclusions, heardAtMs })).toEqual(['d', 'c', 'b']);
  });
});
