import type { Clock } from '../ports/clock.ts';
import type { Measurement } from '../server-selection/predict-delivery.ts';
import {
  type BusyMeter,
  beginBody,
  endBody,
  IDLE_METER,
  type Metered,
  receiveBytes,
} from '../throughput/busy-meter.ts';
import { type LatencyState, lowLatencyMs, NO_LATENCY, sampleLatency } from '../throughput/latency-estimator.ts';
import {
  expectedBps,
  sampleThroughput,
  type ThroughputState,
  throughputBps,
  throughputEstimator,
} from '../throughput/throughput-estimator.ts';

/** The estimators of one server. */
export class ServerMeter {
  deliveredBytes = 0;
  /** When it last answered or sent bytes; undefined before. */
  heardAtMs: number | undefined;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #throughput: ThroughputState = throughputEstimator();
  #latency: LatencyState = NO_LATENCY;
  #busy: BusyMeter = IDLE_METER;

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  answered(latencyMs: number): void {
    this.heardAtMs = this.#clock.nowMs();
    this.#latency = sampleLatency(this.#latency, latencyMs);
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
  }

  /** Forgets the past: the server's pace has changed to `bps`. */
  restart(bps: number): void {
    const sample = { bytes: bps / 8, durationMs: 1000 };
    this.#throughput = sampleThroughput(throughputEstimator(), sample, this.#clock.nowMs());
  }

  /** What the next download is expected to find; `measurement` is careful instead. */
  expectedBps(): number | undefined {
    return expectedBps(this.#throughput);
  }

  latencyMs(): number | undefined {
    return lowLatencyMs(this.#latency);
  }

  measurement(): Measurement {
    const latencyMs = this.latencyMs();
    const bps = throughputBps(this.#throughput);
    return {
      ...(latencyMs === undefined ? {} : { latencyMs }),
      ...(bps === undefined ? {} : { throughputBps: bps, sampledAtMs: this.#throughput.sampledAtMs }),
    };
  }

  #take({ meter, sample }: Metered): void {
    this.#busy = meter;
    if (sample) this.#throughput = sampleThroughput(this.#throughput, sample, this.#clock.nowMs());
  }
}
