import type { Server } from '@pressplay/protocol/messages';
import type { PlayerEvents } from '../player-events.ts';

/** What a play may fetch, and where from. */
export interface DeliveryGrant {
  readonly token: string;
  /** On `clock.nowMs()`. */
  readonly expiresAtMs: number;
  readonly servers: readonly Server[];
  /** File id to indices into `servers`, best first. */
  readonly fileServers: Readonly<Record<string, readonly number[]>>;
}

export type RenewReason = 'token-expired' | 'no-server-left';

/** Whom a delivery tells what happened, and whom it asks for a fresh grant. */
export interface DeliveryListener {
  onProbe(event: PlayerEvents['probe']): void;
  onServerChanged(event: PlayerEvents['server-changed']): void;
  onHandOver(event: PlayerEvents['hand-over']): void;
  onSegmentDelivered(event: PlayerEvents['segment-delivered']): void;
  /** Asks the backend again. undefined where it gave nothing. */
  renewGrant(reason: RenewReason): Promise<DeliveryGrant | undefined>;
}
