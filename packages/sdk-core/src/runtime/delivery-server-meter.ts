import type { Clock } from '../ports/clock.ts';
import {
  type Measurement,
  NO_RATE,
  type RateRecord,
  rateMeasured,
  recordSlump,
  sampleRate,
} from '../server-selection/rate-belief.ts';
import {
  type BusyMeter,
  beginBody,
  endBody,
  IDLE_METER,
  type Metered,
  receiveBytes,
} from '../throughput/busy-meter.ts';
import {
  type LatencyState,
  learnLate,
  lowLatencyMs,
  NO_LATENCY,
  sampleLatency,
} from '../throughput/latency-estimator.ts';
import {
  endOfTransfer,
  expectationOf,
  forecastFrom,
  NO_FORECAST,
  observeRate,
  type RateExpectation,
  type RateForecast,
} from '../throughput/rate-forecast.ts';

/** Samples of this length show one moment of a rate. */
const RATE_SAMPLE_MS = 500;
const RECENT_REQUESTS = 3;

/** The estimators of one server. */
export class ServerMeter {
  deliveredBytes = 0;
  /** When it last answered or sent bytes; undefined before. */
  heardAtMs: number | undefined;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #forecast: RateForecast = NO_FORECAST;
  #rate: RateRecord = NO_RATE;
  #latency: LatencyState = NO_LATENCY;
  #busy: BusyMeter = IDLE_METER;
  /** Asked for more often than they change. */
  #measured: Measurement | undefined;
  #expected: RateExpectation | undefined;
  /** What came since the last sample for `onRate`. */
  #pending = { bytes: 0, durationMs: 0 };
  readonly #onRate: (bps: number, durationMs: number) => void;

  constructor(clock: Pick<Clock, 'nowMs'>, onRate: (bps: number, durationMs: number) => void = () => {}) {
    this.#clock = clock;
    this.#onRate = onRate;
  }

  answered(latencyMs: number): void {
    this.heardAtMs = this.#clock.nowMs();
    this.#latency = sampleLatency(this.#latency, latencyMs);
    this.#changed();
  }

  /** No byte within `afterMs` of asking. */
  late(afterMs: number): void {
    this.#latency = learnLate(this.#latency, afterMs);
    this.#changed();
  }

  began(): void {
    this.#busy = beginBody(this.#busy, this.#clock.nowMs());
  }

  received(bytes: number): void {
    this.deliveredBytes += bytes;
    this.heardAtMs = this.#clock.nowMs();
    this.#take(receiveBytes(this.#busy, bytes, this.heardAtMs));
  }

  ended(): void {
    this.#take(endBody(this.#busy, this.#clock.nowMs()));
    this.#tellRate();
    if (this.#busy.runningCount === 0) this.#forecast = endOfTransfer(this.#forecast, this.#clock.nowMs());
    this.#changed();
  }

  /** Forgets the past: the server's pace has changed to `bps`. */
  restart(bps: number): void {
    this.#forecast = forecastFrom(bps, this.#clock.nowMs());
    this.#rate = recordSlump(this.#rate, bps, this.#clock.nowMs());
    this.#changed();
  }

  /** What the next download is expected to find; `measurement` is careful instead. */
  expectation(): RateExpectation | undefined {
    this.#expected ??= expectationOf(this.#forecast);
    return this.#expected;
  }

  latencyMs(): number | undefined {
    return lowLatencyMs(this.#latency);
  }

  /** On the careful side: it falls fast and rises slowly. */
  throughputBps(): number | undefined {
    const { quickBps, usualBps } = this.measurement();
    return quickBps === undefined || usualBps === undefined ? undefined : Math.min(quickBps, usualBps);
  }

  /** For the choice of a server: its latency is that of the last few requests, so that a way that grew long shows. */
  measurement(): Measurement {
    if (this.#measured) return this.#measured;
    const latencyMs = lowLatencyMs(this.#latency, RECENT_REQUESTS);
    this.#measured = { latencyMs, ...rateMeasured(this.#rate) };
    return this.#measured;
  }

  #changed(): void {
    this.#measured = undefined;
    this.#expected = undefined;
  }

  #take({ meter, sample }: Metered): void {
    this.#busy = meter;
    if (!sample) return;
    const nowMs = this.#clock.nowMs();
    this.#forecast = observeRate(this.#forecast, sample, nowMs);
    this.#rate = sampleRate(this.#rate, sample, nowMs);
    this.#changed();
    this.#pending.bytes += sample.bytes;
    this.#pending.durationMs += Math.max(1, sample.durationMs);
    if (this.#pending.durationMs >= RATE_SAMPLE_MS) this.#tellRate();
  }

  #tellRate(): void {
    const { bytes, durationMs } = this.#pending;
    this.#pending = { bytes: 0, durationMs: 0 };
    if (durationMs > 0) this.#onRate((bytes * 8000) / durationMs, durationMs);
  }
}
