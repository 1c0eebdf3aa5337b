import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { DeliveryGrant, RenewReason } from './delivery-listener.ts';
import { waitUntil } from './delivery-wait.ts';

/** A backend that is silent this long gives nothing. */
const RENEWAL_DEADLINE_MS = 15_000;

export interface RenewalPorts {
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Asks for fresh grants, once for all ranges that need one at the same time. */
export class Renewals {
  readonly #ports: RenewalPorts;
  readonly #renewGrant: (reason: RenewReason) => Promise<DeliveryGrant | undefined>;
  readonly #use: (grant: DeliveryGrant) => void;
  readonly #running = new Map<RenewReason, Promise<DeliveryGrant | undefined>>();

  constructor(
    ports: RenewalPorts,
    renewGrant: (reason: RenewReason) => Promise<DeliveryGrant | undefined>,
    use: (grant: DeliveryGrant) => void,
  ) {
    this.#ports = ports;
    this.#renewGrant = renewGrant;
    this.#use = use;
  }

  /** True where the renewal gave something that `before` had not: another token or another server. */
  async renew(reason: RenewReason, before: DeliveryGrant, signal: CancelSignal): Promise<boolean> {
    const { clock } = this.#ports;
    const running = this.#running.get(reason) ?? this.#start(reason);
    const renewed = await waitUntil(clock, running, clock.nowMs() + RENEWAL_DEADLINE_MS, signal);
    return renewed.kind === 'value' && renewed.value !== undefined && isNew(renewed.value, before);
  }

  #start(reason: RenewReason): Promise<DeliveryGrant | undefined> {
    const running = this.#ask(reason).finally(() => this.#running.delete(reason));
    this.#running.set(reason, running);
    return running;
  }

  async #ask(reason: RenewReason): Promise<DeliveryGrant | undefined> {
    try {
      const grant = await this.#renewGrant(reason);
      if (grant) this.#use(grant);
      return grant;
    } catch (error) {
      this.#ports.logger?.log('warn', 'no fresh grant', { reason, error: String(error) });
      return undefined;
    }
  }
}

function isNew(grant: DeliveryGrant, before: DeliveryGrant): boolean {
  const known = new Set(before.servers.map(({ ocaId }) => ocaId));
  return grant.token !== before.token || grant.servers.some(({ ocaId }) => !known.has(ocaId));
}
