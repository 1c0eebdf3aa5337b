import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidates, FILE, input, measured } from '../testing/known-servers.ts';
import { chooseServer, type Preference } from './choose-server.ts';
import { NO_EXCLUSIONS, recordFailure } from './exclusions.ts';
import { rankServers } from './rank-servers.ts';
import type { Measurement } from './rate-belief.ts';
import { learnRate, NO_RATES } from './rate-model.ts';

describe('ranking', () => {
  it('follows the backend where nothing is measured, also against a slightly shorter latency', () => {
    expect(rankServers(input()).map(({ ocaId }) => ocaId)).toEqual(['oca-0', 'oca-1', 'oca-2']);
    const measurements = { 'oca-0': { latencyMs: 30 }, 'oca-2': { latencyMs: 5 } };
    expect(rankServers(input({ measurements }))[0]?.ocaId).toBe('oca-0');
  });

  it('assumes an unmeasured server to be better than a crawling one, but not than a decent one', () => {
    expect(rankServers(input(measured(200_000)))[0]?.ocaId).toBe('oca-1');
    expect(rankServers(input(measured(4_000_000)))[0]?.ocaId).toBe('oca-0');
  });

  it('hopes for little more than several have shown: a slow link is not the servers’ fault', () => {
    const servers = candidates(4);
    expect(rankServers(input({ servers, ...measured(300_000) })).at(-1)?.ocaId).toBe('oca-0');
    const ranked = rankServers(input({ servers, ...measured(300_000, 310_000, 305_000) }));
    expect(ranked[0]?.ocaId).toBe('oca-1');
    expect(ranked.at(-1)?.ocaId).toBe('oca-3');
  });

  it('trusts an old measurement less and less', () => {
    const at = (nowMs: number) => rankServers(input({ ...measured(200_000), nowMs })).at(-1)?.ocaId;
    expect(at(100_000)).toBe('oca-0');
    expect(at(100_000 + 30 * 60_000)).toBe('oca-2');
  });

  const measurement = fc.record(
    { latencyMs: fc.nat(2000), usualBps: fc.integer({ min: 1, max: 1e9 }), sampledAtMs: fc.nat(100_000) },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Measurement>;
  const failure = fc.record({
    index: fc.nat(7),
    nowMs: fc.nat(100_000),
    scope: fc.constantFrom('file' as const, 'host' as const),
  });
  const situation = fc.record({
    servers: fc.uniqueArray(fc.nat(7), { maxLength: 8 }),
    known: fc.dictionary(
      fc.nat(7).map((index) => `oca-${index}`),
      measurement,
    ),
    failures: fc.array(failure, { maxLength: 12 }),
    preferred: fc.option(fc.nat(7), { nil: undefined }),
  });
  const inputOf = ({
    servers,
    known,
    failures,
    preferred,
  }: typeof situation extends fc.Arbitrary<infer T> ? T : never) => {
    const sorted = [...failures].sort((a, b) => a.nowMs - b.nowMs);
    const exclusions = sorted.reduce(
      (before, { index, nowMs, scope }) =>
        recordFailure(before, {
          ocaId: `oca-${index}`,
          siteId: `site-${index % 3}`,
          fileId: FILE,
          scope,
          startedAtMs: nowMs,
          nowMs,
        }),
      NO_EXCLUSIONS,
    );
    const holders = servers.map((index, rank) => ({ ocaId: `oca-${index}`, siteId: `site-${index % 3}`, rank }));
    const preference: Preference = preferred === undefined ? {} : { ocaId: `oca-${preferred}` };
    const rates = Object.entries(known).reduce(
      (model, [ocaId, { usualBps: bps, sampledAtMs = 0 }]) =>
        bps === undefined ? model : learnRate(model, { ocaId, rank: 0, bps, durationMs: 500 }, sampledAtMs),
      NO_RATES,
    );
    return input({ servers: holders, measurements: known, rates, exclusions, preference });
  };

  it('names exactly the servers that hold the file, in an order that depends on nothing but the input', () => {
    fc.assert(
      fc.property(situation, fc.func(fc.nat()), (given, shuffle) => {
        const one = inputOf(given);
        const ranked = rankServers(one);
        expect(ranked.map(({ ocaId }) => ocaId).sort()).toEqual(one.servers.map(({ ocaId }) => ocaId).sort());
        const shuffled = [...one.servers].sort((a, b) => shuffle(a.ocaId) - shuffle(b.ocaId));
        expect(rankServers({ ...one, servers: shuffled })).toEqual(ranked);
      }),
    );
  });

  it('chooses a holder of the file, and an excluded one only where no other exists', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const one = inputOf(given);
        const choice = chooseServer(one);
        expect(choice !== undefined).toBe(one.servers.length > 0);
        if (!choice) return;
        expect(one.servers.map(({ ocaId }) => ocaId)).toContain(choice.ocaId);
        const ranked = rankServers(one);
        const isExcluded = ranked.find(({ ocaId }) => ocaId === choice.ocaId)?.excluded;
        if (isExcluded) expect(ranked.every(({ excluded }) => excluded)).toBe(true);
      }),
    );
  });
});
