import type { RateBelief } from './rate-belief.ts';

/**
 * The rates of all servers, known together: the logarithm of what the client's line carries, and of each server that was
 * measured how far it lies from that. A Kalman filter: what one server shows of the line counts for all, and servers
 * measured one soon after another are compared without the line between them.
 */
export interface RateModel {
  /** Those that were measured. */
  readonly ocaIds: readonly string[];
  /** First of the line, then of the servers in their order. */
  readonly means: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  /** What each of `means` returns to while nobody measures it. */
  readonly priors: readonly number[];
  readonly atMs: number;
  /** Squared change of the logarithm of one server's rate within a second: how the line is. */
  readonly restlessness: number;
  readonly last?: { readonly ocaId: string; readonly log: number };
}

export interface RateSample {
  readonly ocaId: string;
  /** In the backend's order. */
  readonly rank: number;
  readonly bps: number;
  readonly durationMs: number;
  /** It was found to crawl at this rate. */
  readonly isSlump?: boolean;
}

/** Expected of a line, before anything was measured, unless it is faster; and the deviation of its logarithm. */
const LINE_BPS = 2_500_000;
const LINE_SIGMA = 0.5;
/** Variance of servers among each other, and how much each rank is expected to be behind the one before. */
const SERVER_VARIANCE = 0.35 ** 2;
const RANK_STEP = 0.08;
/** What is known of a server fades in this time to a third. */
const MEMORY_MS = 80_000;
/** The least restlessness, and that of a line before it is known; how much of it is kept with each sample. */
const CALM = 0.004;
const USUAL = 0.05;
const KEPT = 0.93;
/** Samples further apart do not show how restless the line is. */
const NEIGHBOURS_MS = 3000;
/** Which share of it is a sample's own noise; the rest lasts. */
const NOISE_SHARE = 0.4;
const LEAST_SAMPLE_MS = 100;
const SLUMP_NOISE = 0.02;
/** Beyond so many variances a sample is no noise: line or server have changed, by any amount up to this variance. */
const SURPRISE = 9;
const JUMP = 2;
/** Time enough for a line to change. */
const CHANGES_MS = 10_000;
const LEAST_VARIANCE = 1e-4;
const LEAST_BPS = 1000;

export const NO_RATES: RateModel = {
  ocaIds: [],
  means: [Math.log(LINE_BPS)],
  covariance: [[LINE_SIGMA ** 2]],
  priors: [0],
  atMs: 0,
  restlessness: USUAL,
};

/** `linkShare`: how probable it is that what changes all at once is the line. */
export function learnRate(before: RateModel, sample: RateSample, nowMs: number, linkShare = 0.5): RateModel {
  const { ocaId, durationMs, isSlump } = sample;
  const log = Math.log(Math.max(LEAST_BPS, sample.bps));
  const model = withServer(agedRates(before, nowMs), sample, log);
  const index = model.ocaIds.indexOf(ocaId) + 1;
  const error = log - at(model, index);
  const { last } = before;
  const elapsedMs = Math.max(0, nowMs - before.atMs);
  const change = Math.min(1, (log - (last?.log ?? log)) ** 2) / Math.max(1, elapsedMs / 1000);
  const isNeighbour = last?.ocaId === ocaId && elapsedMs < NEIGHBOURS_MS;
  const restlessness = isNeighbour ? KEPT * model.restlessness + (1 - KEPT) * change : model.restlessness;
  const ownNoise = ((CALM / 2 + NOISE_SHARE * restlessness) * 1000) / Math.max(LEAST_SAMPLE_MS, durationMs);
  const noise = isSlump ? SLUMP_NOISE : ownNoise;
  const next = { ocaId, log };
  if (!isSlump && error ** 2 <= SURPRISE * (spread(model, index) + noise))
    return { ...corrected(model, index, error, noise), restlessness, last: next };
  // Of two servers that were met one right after the other it is not the line that lies between them; nor does a line
  // often fall as deep as a server does.
  const isOther = last !== undefined && last.ocaId !== ocaId;
  const lineShare = linkShare * (isOther ? Math.min(1, elapsedMs / CHANGES_MS) : 1) * Math.exp(Math.min(0, error + 1));
  const shares = (i: number, j: number): number =>
    i !== j ? 0 : i === 0 ? lineShare : i === index ? 1 - lineShare : 0;
  // No server is faster than the line: one that does far better shows what the line carries, and that the others do not.
  const sides = (i: number): number => (i === 0 ? 1 : i === index ? 0 : -1);
  const variance = Math.min(JUMP, error ** 2);
  const more = (i: number, j: number): number => variance * (isOther && error > 0 ? sides(i) * sides(j) : shares(i, j));
  const opened = { ...model, covariance: mapped(model, (value, i, j) => value + more(i, j)) };
  return { ...corrected(opened, index, error, noise), last: next };
}

/** The same knowledge at a later moment. */
export function agedRates(model: RateModel, nowMs: number): RateModel {
  const elapsedMs = nowMs - model.atMs;
  if (elapsedMs <= 0 || model.ocaIds.length === 0) return { ...model, atMs: nowMs };
  const kept = Math.exp(-elapsedMs / MEMORY_MS);
  const lineDrift = ((CALM + (1 - NOISE_SHARE) * model.restlessness) * elapsedMs) / 1000;
  const drift = SERVER_VARIANCE * (1 - kept ** 2);
  // The line stays as it was: only of servers is something forgotten.
  return {
    ...model,
    atMs: nowMs,
    means: model.means.map((mean, i) => (i ? mean + (1 - kept) * ((model.priors[i] ?? 0) - mean) : mean)),
    covariance: mapped(
      model,
      (value, i, j) => value * (i ? kept : 1) * (j ? kept : 1) + (i !== j ? 0 : i ? drift : lineDrift),
    ),
  };
}

/** What is believed of a server's rate; `model` of this moment. */
export function rateBelief(model: RateModel, { ocaId, rank }: Pick<RateSample, 'ocaId' | 'rank'>): RateBelief {
  const index = model.ocaIds.indexOf(ocaId) + 1;
  return index > 0
    ? { meanLog: at(model, index), sigma: Math.sqrt(spread(model, index)) }
    : { meanLog: at(model) - RANK_STEP * rank, sigma: Math.sqrt(entry(model, 0, 0) + SERVER_VARIANCE) };
}

/** The deviation of the difference of two servers' rates: that of the line is not in it. */
export function spreadBetween(model: RateModel, a: string, b: string): number {
  const [i, j] = [model.ocaIds.indexOf(a) + 1, model.ocaIds.indexOf(b) + 1];
  const own = (index: number): number => (index > 0 ? entry(model, index, index) : SERVER_VARIANCE);
  const common = i > 0 && j > 0 ? entry(model, i, j) : 0;
  return Math.sqrt(Math.max(LEAST_VARIANCE, own(i) + own(j) - 2 * common));
}

const entry = ({ covariance }: RateModel, i: number, j: number): number => covariance[i]?.[j] ?? 0;
const mapped = ({ covariance }: RateModel, change: (value: number, i: number, j: number) => number) =>
  covariance.map((row, i) => row.map((value, j) => change(value, i, j)));

/** Of the line, or of a server: both together. */
const at = ({ means }: RateModel, index?: number): number => (means[0] ?? 0) + (index ? (means[index] ?? 0) : 0);
const spread = (model: RateModel, index: number): number =>
  Math.max(LEAST_VARIANCE, entry(model, 0, 0) + 2 * entry(model, 0, index) + entry(model, index, index));

/** A server that is measured for the first time. The first of all shows a line that is faster than expected as it is. */
function withServer(model: RateModel, { ocaId, rank }: RateSample, log: number): RateModel {
  if (model.ocaIds.includes(ocaId)) return model;
  const prior = -RANK_STEP * rank;
  const [line = 0, ...others] = model.means;
  return {
    ...model,
    ocaIds: [...model.ocaIds, ocaId],
    means: [others.length > 0 ? line : Math.max(line, log - prior), ...others, prior],
    covariance: [...model.covariance.map((row) => [...row, 0]), [...model.means.map(() => 0), SERVER_VARIANCE]],
    priors: [...model.priors, prior],
  };
}

function corrected(model: RateModel, index: number, error: number, noise: number): RateModel {
  const total = spread(model, index) + noise;
  const gains = model.covariance.map((row) => ((row[0] ?? 0) + (row[index] ?? 0)) / total);
  return {
    ...model,
    means: model.means.map((mean, i) => mean + (gains[i] ?? 0) * error),
    covariance: mapped(model, (value, i, j) => value - (gains[i] ?? 0) * (gains[j] ?? 0) * total),
  };
}
