import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryGrant, DeliveryListener, RenewReason } from './delivery-listener.ts';
import { waitUntil } from './delivery-wait.ts';

/** A backend that is silent this long gives nothing. */
const RENEWAL_DEADLINE_MS = 15_000;

/** Asks for fresh grants, once for all ranges that need one at the same time. */
export class Renewals {
  readonly #clock: Clock;
  readonly #listener: Pick<DeliveryListener, 'renewGrant'>;
  readonly #use: (grant: DeliveryGrant) => void;
  #running: Promise<DeliveryGrant | undefined> | undefined;

  constructor(clock: Clock, listener: Pick<DeliveryListener, 'renewGrant'>, use: (grant: DeliveryGrant) => void) {
    this.#clock = clock;
    this.#listener = listener;
    this.#use = use;
  }

  /** True where the renewal gave something that `before` had not: another token or another server. */
  async renew(reason: RenewReason, before: DeliveryGrant, signal: CancelSignal): Promise<boolean> {
    this.#running ??= this.#listener
      .renewGrant(reason)
      .then((grant) => {
        if (grant) this.#use(grant);
        return grant;
      })
      .finally(() => {
        this.#running = undefined;
      });
    const renewed = await waitUntil(this.#clock, this.#running, this.#clock.nowMs() + RENEWAL_DEADLINE_MS, signal);
    return renewed.kind === 'value' && renewed.value !== undefined && isNew(renewed.value, before);
  }
}

function isNew(grant: DeliveryGrant, before: DeliveryGrant): boolean {
  const known = new Set(before.servers.map(({ ocaId }) => ocaId));
  return grant.token !== before.token || grant.servers.some(({ ocaId }) => !known.has(ocaId));
}
