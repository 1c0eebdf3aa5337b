import type { ThroughputSample } from './throughput-estimator.ts';

export interface RateForecastConfig {
  /** How much the rate of one window deviates from the level, as a logarithm: one model for each. */
  readonly noises: readonly number[];
  /** How far the level drifts in a second, as a logarithm; with the root of time. */
  readonly drift: number;
  /** How often the level jumps, in a second, and how far, as a logarithm. */
  readonly jumpsPerS: number;
  readonly jump: number;
  /** How far the level may be from the first window, beside that window's noise. */
  readonly firstSpread: number;
  /** How much of what spoke for a model is kept with each window. */
  readonly memory: number;
  /** Bytes are counted over so much busy time; what is left at a transfer's end counts by itself from the least on. */
  readonly windowMs: number;
  readonly leastWindowMs: number;
}

/** Found by random search over sessions on recorded networks. */
export const RATE_FORECAST_DEFAULTS: RateForecastConfig = {
  noises: [0.2, 0.5],
  drift: 0.1,
  jumpsPerS: 0.003,
  jump: 2,
  firstSpread: 0.3,
  memory: 0.97,
  windowMs: 2000,
  leastWindowMs: 50,
};

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
export function observeRate(
  state: RateForecast,
  sample: ThroughputSample,
  nowMs: number,
  config: RateForecastConfig = RATE_FORECAST_DEFAULTS,
): RateForecast {
  const bytes = state.bytes + sample.bytes;
  const durationMs = state.durationMs + Math.max(1, sample.durationMs);
  if (durationMs < config.windowMs) return { ...state, bytes, durationMs };
  return close({ ...state, bytes, durationMs }, nowMs, config);
}

/** A transfer ends, and its window with it, unless that is too short to say anything. */
export function endOfTransfer(
  state: RateForecast,
  nowMs: number,
  config: RateForecastConfig = RATE_FORECAST_DEFAULTS,
): RateForecast {
  return state.durationMs < config.leastWindowMs ? state : close(state, nowMs, config);
}

/** Forgets the past: the rate is known to be that now. */
export function forecastFrom(
  bps: number,
  nowMs: number,
  config: RateForecastConfig = RATE_FORECAST_DEFAULTS,
): RateForecast {
  const level = Math.log(Math.max(LEAST_BPS, bps));
  const models = config.noises.map((noise) => ({
    noise,
    level,
    variance: noise ** 2 + config.firstSpread ** 2,
    weight: 0,
  }));
  return { models, observedAtMs: nowMs, bytes: 0, durationMs: 0 };
}

/** undefined before the first sample. */
export function expectationOf(
  state: RateForecast,
  config: RateForecastConfig = RATE_FORECAST_DEFAULTS,
): RateExpectation | undefined {
  if (state.models.length === 0) {
    if (state.durationMs <= 0) return undefined;
    return expectationOf(forecastFrom(bpsOf(state), state.observedAtMs, config), config);
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
  const spread = Math.sqrt(Math.max(0, square / total - level ** 2) + DRIFT_AHEAD_S * config.drift ** 2);
  return { bps: Math.exp(level), spread };
}

/** A download begins a while after the last window and takes a while. */
const DRIFT_AHEAD_S = 4;
/** Windows without a byte count as this: its logarithm must exist. */
const LEAST_BPS = 1000;
const LEAST_STEP_S = 0.05;
const LEAST_LIKELIHOOD = 1e-9;

const bpsOf = ({ bytes, durationMs }: RateForecast): number => Math.max(LEAST_BPS, (bytes * 8000) / durationMs);

function close(state: RateForecast, nowMs: number, config: RateForecastConfig): RateForecast {
  const bps = bpsOf(state);
  if (state.models.length === 0) return forecastFrom(bps, nowMs, config);
  const elapsedS = Math.max(LEAST_STEP_S, (nowMs - state.observedAtMs) / 1000);
  const updated = state.models.map((model) => updatedModel(model, Math.log(bps), elapsedS, config));
  const best = Math.max(...updated.map(({ weight }) => weight));
  const models = updated.map((model) => ({ ...model, weight: model.weight - best }));
  return { models, observedAtMs: nowMs, bytes: 0, durationMs: 0 };
}

/** Both stories, a drift and a jump, in the measure in which each explains what was seen. */
function updatedModel(model: LevelModel, seen: number, elapsedS: number, config: RateForecastConfig): LevelModel {
  const error = seen - model.level;
  const drifted = model.variance + config.drift ** 2 * elapsedS;
  const jumped = drifted + config.jump ** 2;
  const noise = model.noise ** 2;
  const jumpChance = 1 - (1 - config.jumpsPerS) ** elapsedS;
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
    weight: config.memory * model.weight + Math.log(likelihood),
  };
}

/** Of a normal distribution, without its constant factor. */
function density(error: number, variance: number): number {
  return Math.exp((-0.5 * error ** 2) / variance) / Math.sqrt(variance);
}
