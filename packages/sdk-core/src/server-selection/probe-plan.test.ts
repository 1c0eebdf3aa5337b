import { describe, expect, it } from 'vitest';
import { NO_EXCLUSIONS, recordFailure } from './exclusions.ts';
import { PROBE_DEFAULTS, type ProbePlanInput, planProbes } from './probe-plan.ts';

const plan = (given: Partial<ProbePlanInput> = {}): readonly string[] =>
  planProbes({
    servers: ['a', 'b', 'c', 'd'].map((ocaId, rank) => ({ ocaId, siteId: ocaId, rank })),
    exclusions: NO_EXCLUSIONS,
    heardAtMs: { a: 100_000, b: 60_000, c: 50_000, d: 95_000 },
    preferredId: 'a',
    nowMs: 100_000,
    bufferMs: 20_000,
    deliveredBytes: 50_000_000,
    spentBytes: 0,
    ...given,
  });

describe('probes during play', () => {
  it('go to the servers that were idle for long, the longest first, never to the preferred one', () => {
    expect(plan()).toEqual(['c', 'b']);
    expect(plan({ heardAtMs: { a: 0, b: 100_000, c: 100_000, d: 100_000 } })).toEqual([]);
  });

  it('wait while the buffer is low', () => {
    expect(plan({ bufferMs: PROBE_DEFAULTS.minBufferMs - 1 })).toEqual([]);
  });

  it('stay within one percent of what was delivered', () => {
    const { bytesPerProbe } = PROBE_DEFAULTS;
    expect(plan({ deliveredBytes: 100 * bytesPerProbe - 1 })).toEqual([]);
    expect(plan({ deliveredBytes: 100 * bytesPerProbe })).toEqual(['c']);
    expect(plan({ deliveredBytes: 200 * bytesPerProbe, spentBytes: bytesPerProbe + 1 })).toEqual([]);
  });

  it('go first to a server that must prove itself, once its exclusion is over', () => {
    const failure = { ocaId: 'd', siteId: 'd', fileId: 'f', scope: 'host' as const, startedAtMs: 0, nowMs: 89_000 };
    const exclusions = recordFailure(NO_EXCLUSIONS, failure);
    const heardAtMs = { a: 100_000, b: 60_000, c: 50_000, d: 89_000 };
    expect(plan({ exclusions, heardAtMs, nowMs: 98_000 })).toEqual(['c', 'b']);
    expect(plan({ exclusions, heardAtMs })).toEqual(['d', 'c', 'b']);
  });
});
