import type { Drain } from '@pressplay/protocol/messages';
import { ApiError } from '../api-error.ts';
import type { BackendClock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import type { FleetState } from './fleet-state.ts';

/**
 * Maintenance: what operators took out of service. New plays avoid it at once, running ones are moved by their next
 * refresh; it goes on serving and filling meanwhile. Kept in the store, so that every region and every restart knows.
 */
export class Drains {
  readonly #store: Store;
  readonly #fleet: FleetState;
  readonly #clock: BackendClock;

  constructor(store: Store, fleet: FleetState, clock: BackendClock) {
    this.#store = store;
    this.#fleet = fleet;
    this.#clock = clock;
  }

  /** @throws ApiError 'store/unavailable': a drain that other regions do not see is none. */
  async begin(kind: Drain['kind'], id: string, reason: string): Promise<void> {
    await this.#write(() => this.#store.putDrain({ kind, id, reason, sinceMs: this.#clock.wallMs() }));
  }

  /** Ending one that is not there is no error. @throws ApiError 'store/unavailable' */
  async end(kind: Drain['kind'], id: string): Promise<void> {
    await this.#write(() => this.#store.endDrain(kind, id));
  }

  async #write(change: () => Promise<void>): Promise<void> {
    try {
      await change();
      this.#fleet.setDrains(await this.#store.listDrains());
    } catch (error) {
      throw new ApiError('store/unavailable', 'Nothing was changed: the store does not answer.', {}, { cause: error });
    }
  }
}
