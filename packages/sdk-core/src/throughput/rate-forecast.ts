import type { ThroughputSample } from './busy-meter.ts';

// Found by random search over sessions on recorded networks.
/** How much the rate of one window deviates from the level, as a logarithm: one model for each. */
const NOISES = [0.2, 0.5] as const;
/** How far the level drifts in a second, as a logarithm; with the root of time. */
const DRIFT = 0.1;
/** How often the level jumps, in a second, and how far, as a logarithm. */
const JUMPS_PER_S = 0.003;
const JUMP = 2;
/** How far the level may be from the first window, beside that window's noise. */
const FIRST_SPREAD = 0.3;
/** How much of what spoke for a model is kept with each window. */
const MEMORY = 0.97;
/** Bytes are counted over so much busy time; what is left at a transfer's end counts by itself from the least on. */
const WINDOW_MS = 2000;
const LEAST_WINDOW_MS = 50;

interface LevelModel {
  readonly noise: number;
  /** Natural logarithm of bits per second, and its variance. */
  readonly level: number;
  readonly variance: number;
  /** How well the model foretold the windows so far: logarithm of a likelihood, 0 for the best model. */
  readonly weight: number;
}

export interface RateForecast {
  /** None before the first window. */
  readonly models: readonly LevelModel[];
  readonly observedAtMs: number;
  /** Of the window that is not yet full. */
  readonly bytes: number;
  readonly durationMs: number;
}

export const NO_FORECAST: RateForecast = { models: [], observedAtMs: 0, bytes: 0, durationMs: 0 };

/** What the next download will find. */
export interface RateExpectation {
  readonly bps: number;
  /** Relative deviation of its rate from that, as a logarithm. */
  readonly spread: number;
}

/**
 * The rate of a network as a level that drifts and sometimes jumps, seen through noise: a Kalman filter on its
 * logarithm for each size of the noise, all mixed by how well they foretold this session (multiple-model estimation,
 * Blom, Bar-Shalom 1988). A calm network is followed at once and used boldly, a wild one is averaged; after a jump
 * (another cell, the end of a crowd) nothing of the past counts, which no average with a fixed memory can do.
 */
export function observeRate(state: RateForecast, sample: ThroughputSample, nowMs: number): RateForecast {
  const bytes = state.bytes + sample.bytes;
  const durationMs = state.durationMs + Math.max(1, sample.durationMs);
  if (durationMs < WINDOW_MS) return { ...state, bytes, durationMs };
  return close({ ...state, bytes, durationMs }, nowMs);
}

/** A transfer ends, and its window with it, unless that is too short to say anything. */
export function endOfTransfer(state: RateForecast, nowMs: number): RateForecast {
  return state.durationMs < LEAST_WINDOW_MS ? state : close(state, nowMs);
}

/** Forgets the past: the rate is known to be that now. */
export function forecastFrom(bps: number, nowMs: number): RateForecast {
  const level = Math.log(Math.max(LEAST_BPS, bps));
  const models = NOISES.map((noise) => ({
    noise,
    level,
    variance: noise ** 2 + FIRST_SPREAD ** 2,
    weight: 0,
  }));
  return { models, observedAtMs: nowMs, bytes: 0, durationMs: 0 };
}

/** undefined before the first sample. */
export function expectationOf(state: RateForecast): RateExpectation | undefined {
  if (state.models.length === 0) {
    if (state.durationMs <= 0) return undefined;
    return expectationOf(forecastFrom(bpsOf(state), state.observedAtMs));
  }
  let total = 0;
  let mean = 0;
  let square = 0;
  for (const { weight, level, variance, noise } of state.models) {
    const share = Math.exp(weight);
    total += share;
    mean += share * level;
    square += share * (level ** 2 + variance + noise ** 2);
  }
  const level = mean / total;
  const spread = Math.sqrt(Math.max(0, square / total - level ** 2) + DRIFT_AHEAD_S * DRIFT ** 2);
  return { bps: Math.exp(level), spread };
}

/** A download begins a while after the last window and takes a while. */
const DRIFT_AHEAD_S = 4;
/** Windows without a byte count as this: its logarithm must exist. */
const LEAST_BPS = 1000;
const LEAST_STEP_S = 0.05;
const LEAST_LIKELIHOOD = 1e-9;

const bpsOf = ({ bytes, durationMs }: RateForecast): number => Math.max(LEAST_BPS, (bytes * 8000) / durationMs);

function close(state: RateForecast, nowMs: number): RateForecast {
  const bps = bpsOf(state);
  if (state.models.length === 0) return forecastFrom(bps, nowMs);
  const elapsedS = Math.max(LEAST_STEP_S, (nowMs - state.observedAtMs) / 1000);
  const updated = state.models.map((model) => updatedModel(model, Math.log(bps), elapsedS));
  const best = Math.max(...updated.map(({ weight }) => weight));
  const models = updated.map((model) => ({ ...model, weight: model.weight - best }));
  return { models, observedAtMs: nowMs, bytes: 0, durationMs: 0 };
}

/** Both stories, a drift and a jump, in the measure in which each explains what was seen. */
function updatedModel(model: LevelModel, seen: number, elapsedS: number): LevelModel {
  const error = seen - model.level;
  const drifted = model.variance + DRIFT ** 2 * elapsedS;
  const jumped = drifted + JUMP ** 2;
  const noise = model.noise ** 2;
  const jumpChance = 1 - (1 - JUMPS_PER_S) ** elapsedS;
  const driftLikelihood = (1 - jumpChance) * density(error, drifted + noise);
  const jumpLikelihood = jumpChance * density(error, jumped + noise);
  const likelihood = driftLikelihood + jumpLikelihood + LEAST_LIKELIHOOD;
  const jumpShare = jumpLikelihood / likelihood;
  const driftGain = drifted / (drifted + noise);
  const jumpGain = jumped / (jumped + noise);
  const between = jumpShare * (1 - jumpShare) * ((jumpGain - driftGain) * error) ** 2;
  return {
    noise: model.noise,
    level: model.level + (driftGain + jumpShare * (jumpGain - driftGain)) * error,
    variance: noise * ((1 - jumpShare) * driftGain + jumpShare * jumpGain) + between,
    weight: MEMORY * model.weight + Math.log(likelihood),
  };
}

/** Of a normal distribution, without its constant factor. */
function density(error: number, variance: number): number {
  return Math.exp((-0.5 * error ** 2) / variance) / Math.sqrt(variance);
}
