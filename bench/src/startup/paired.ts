import { median } from '../metric.ts';

export interface PairedDifference {
  readonly median: number;
  /** 95 % of resampled medians lie between these. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 4000;

/** How much later `ours` was than `others`, run by run: what slowed the machine down slowed both. */
export function pairedDifference(ours: readonly number[], others: readonly number[]): PairedDifference {
  const differences = ours.map((value, run) => value - (others[run] ?? Number.NaN));
  const random = lcg(differences.length);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(differences.map(() => differences[Math.floor(random() * differences.length)] ?? 0)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => medians[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { median: median(differences), low: at(0.025), high: at(0.975) };
}

/** The same figures give the same interval. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
