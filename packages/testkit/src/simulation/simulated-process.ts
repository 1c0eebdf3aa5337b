import type { TextHttp } from '@pressplay/mock-oca';
import type { Clock } from '@pressplay/sdk-core';
import type { Endpoint } from './endpoint.ts';
import type { Network } from './network.ts';
import { fetchOver, textOver } from './network-clients.ts';

/** One life of a process on a machine: its timers and its requests end with it, as after SIGKILL. */
export class SimulatedProcess {
  readonly clock: Clock;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly textHttp: TextHttp;
  readonly #timers = new Set<() => void>();
  #isAlive = true;
  /** What this machine's wall clock is ahead of the true time. */
  #wallSkewMs = 0;

  constructor(clock: Clock, network: Network, endpoint: Endpoint) {
    this.clock = {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs() + this.#wallSkewMs,
      schedule: (delayMs, callback) => this.#schedule(clock, delayMs, callback),
    };
    const fetch = fetchOver(network, endpoint);
    const textHttp = textOver(network, endpoint);
    this.textHttp = (call) => {
      const { answer, cancel } = textHttp(call);
      return { answer: this.#whileAlive(answer), cancel };
    };
    this.fetch = (request) => this.#whileAlive(fetch(request));
  }

  skewWallClock(skewMs: number): void {
    this.#wallSkewMs = skewMs;
  }

  end(): void {
    this.#isAlive = false;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #schedule(clock: Clock, delayMs: number, callback: () => void): () => void {
    if (!this.#isAlive) return () => {};
    const cancelTimer = clock.schedule(delayMs, () => {
      this.#timers.delete(cancel);
      callback();
    });
    const cancel = (): void => {
      this.#timers.delete(cancel);
      cancelTimer();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  /** The dead are not told what became of their requests. */
  #whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#isAlive && resolve(value),
        (error) => this.#isAlive && reject(error),
      );
    });
  }
}
