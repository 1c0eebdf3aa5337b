import type { ChooseInput } from '../server-selection/choose-server.ts';
import { type Exclusions, NO_EXCLUSIONS, recordFailure } from '../server-selection/exclusions.ts';
import type { Candidate } from '../server-selection/rank-servers.ts';
import { agedRates, learnRate, NO_RATES } from '../server-selection/rate-model.ts';

export const FILE = 'f';
/** Servers in the backend's order, each at a site of its own. */
export const candidates = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, rank) => ({ ocaId: `oca-${rank}`, siteId: `site-${rank}`, rank }));

/** A choice in which nothing is known but what is given; of rates, as it is at `nowMs`. */
export const input = (given: Partial<ChooseInput> = {}): ChooseInput => {
  const { rates = NO_RATES, nowMs = 100_000, ...others } = given;
  return {
    servers: candidates(3),
    measurements: {},
    exclusions: NO_EXCLUSIONS,
    fileId: FILE,
    bytes: 500_000,
    neededInMs: 10_000,
    preference: {},
    ...others,
    nowMs,
    rates: agedRates(rates, nowMs),
  };
};

type Known = Pick<ChooseInput, 'measurements' | 'rates'>;

export const measured = (...ratesBps: readonly (number | undefined)[]): Known => measuredAt(100_000, ratesBps);

/** Steady rates, well known: five seconds of each, all at once. */
export const measuredAt = (
  sampledAtMs: number,
  ratesBps: readonly (number | undefined)[],
  before: Known = { measurements: {}, rates: NO_RATES },
): Known =>
  ratesBps.reduce<Known>(({ measurements, rates }, bps, rank) => {
    if (bps === undefined) return { measurements, rates };
    const ocaId = `oca-${rank}`;
    const measurement = { quickBps: bps, usualBps: bps, latencyMs: 20, sampledAtMs };
    return {
      measurements: { ...measurements, [ocaId]: measurement },
      rates: learnRate(rates, { ocaId, rank, bps, durationMs: 5000 }, sampledAtMs),
    };
  }, before);

export const failed = (index: number, nowMs = 100_000, before: Exclusions = NO_EXCLUSIONS): Exclusions =>
  recordFailure(before, {
    ocaId: `oca-${index}`,
    siteId: `site-${index}`,
    fileId: FILE,
    scope: 'host',
    startedAtMs: nowMs,
    nowMs,
  });
