/**
 * An exponentially weighted moving average over weights of any size (here: milliseconds of transfer), with the zero
 * factor of Shaka's `ewma.js` and hls.js's `ewma.ts` (after dash.js): the share of the start value 0 is divided out,
 * so that a constant input gives that constant from the first sample on.
 */
export interface Ewma {
  readonly halfLife: number;
  /** Still carries the share of the start value 0. */
  readonly rawValue: number;
  readonly totalWeight: number;
}

export function ewma(halfLife: number): Ewma {
  return { halfLife, rawValue: 0, totalWeight: 0 };
}

export function sampleEwma(state: Ewma, value: number, weight: number): Ewma {
  const kept = 0.5 ** (weight / state.halfLife);
  return {
    halfLife: state.halfLife,
    rawValue: kept * state.rawValue + (1 - kept) * value,
    totalWeight: state.totalWeight + weight,
  };
}

/** undefined before the first sample. */
export function ewmaValue(state: Ewma): number | undefined {
  if (state.totalWeight <= 0) return undefined;
  return state.rawValue / (1 - 0.5 ** (state.totalWeight / state.halfLife));
}
