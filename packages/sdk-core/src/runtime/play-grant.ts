import type { PlayRenewal, PlayResponse } from '@pressplay/protocol/messages';
import { afterFailure } from '../playback-api/after-failure.ts';
import { refreshDelayMs } from '../playback-api/refresh-delay.ts';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { MediaEngine } from '../ports/media-engine.ts';
import type { Random } from '../ports/random.ts';
import type { DeliveryGrant, RenewReason } from './delivery-listener.ts';
import { waitUntil } from './delivery-wait.ts';
import { grantOf, withoutServers } from './grants.ts';
import type { GrantedPlay, PlaybackClient } from './playback-client.ts';

const ASKED_EVERY_MS = 5_000;

export interface PlayGrantDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  readonly client: Pick<PlaybackClient, 'renewPlay'>;
  /** Asks for a new play of the same title. */
  readonly requestAgain: (signal: CancelSignal) => Promise<GrantedPlay>;
  /** The new play has taken the place of the one before. */
  readonly onGranted: (granted: GrantedPlay) => void;
  readonly engine: Pick<MediaEngine, 'snapshot'>;
  /** Asked for at its time, without need. */
  readonly onRefreshed: (grant: DeliveryGrant) => void;
  /** The control plane decided that this viewer may not go on. */
  readonly onRefused: (error: unknown) => void;
}

/** What a play may fetch: kept fresh, and had anew, as a new play, where no region knows this one any more. */
export class PlayGrant {
  readonly #deps: PlayGrantDeps;
  readonly #closing = new CancelController();
  /** Their bytes did not decode. */
  readonly #avoided = new Set<string>();
  #response: PlayResponse;
  #grant: DeliveryGrant;
  #grantedAtMs: number;
  #renewing: Promise<DeliveryGrant | undefined> | undefined;
  #came: Promise<void> = Promise.resolve();
  #tell = (): void => {};
  #failures = 0;
  #isDue = false;
  #cancelRefresh = (): void => {};

  constructor(response: PlayResponse, deps: PlayGrantDeps) {
    this.#deps = deps;
    this.#response = response;
    this.#grantedAtMs = deps.clock.nowMs();
    this.#grant = grantOf(response, this.#grantedAtMs);
    this.#planRefresh(response.refreshInMs);
    this.#wakeAll();
  }

  /** That granted the play as it is now. */
  get response(): PlayResponse {
    return this.#response;
  }

  get now(): DeliveryGrant {
    return this.#grant;
  }

  get closed(): CancelSignal {
    return this.#closing.signal;
  }

  /** Playing again: what came due meanwhile is asked for now. */
  resumed(): void {
    if (this.#isDue) void this.#refresh();
  }

  /** Takes a server off the list, where another one is left. */
  avoid(ocaId: string | undefined): DeliveryGrant {
    if (ocaId !== undefined) this.#avoided.add(ocaId);
    this.#grant = withoutServers(this.#grant, this.#avoided);
    return this.#grant;
  }

  /** Dead regions end no play: without a renewal, delivery goes on with the grant it has. One at a time. */
  renew(reason: RenewReason | 'refresh'): Promise<DeliveryGrant | undefined> {
    this.#renewing ??= this.#ask(reason).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Asks again and again until there is another one than `old`, or the time is over: a region may come back at any moment. */
  async isRenewed(old: DeliveryGrant, untilMs: number, signal: CancelSignal = this.closed): Promise<boolean> {
    const { clock } = this.#deps;
    while (this.#grant === old && clock.nowMs() < untilMs && !signal.aborted) {
      void this.renew('token-expired');
      await waitUntil(clock, this.#came, Math.min(untilMs, clock.nowMs() + ASKED_EVERY_MS), signal);
    }
    return this.#grant !== old;
  }

  close(): void {
    this.#closing.cancel();
    this.#cancelRefresh();
    this.#wakeAll();
  }

  async #ask(reason: RenewReason | 'refresh', isLost = false): Promise<DeliveryGrant | undefined> {
    const { clock, logger, client, onRefused } = this.#deps;
    try {
      if (isLost) return await this.#begin();
      // A young token that is called expired comes of a clock that is wrong: perhaps of that region's.
      const isYoung = 2 * clock.nowMs() < this.#grantedAtMs + this.#grant.expiresAtMs;
      return this.#take(
        await client.renewPlay(this.#response.playId, this.closed, isYoung && reason === 'token-expired'),
      );
    } catch (error) {
      logger?.log('warn', 'the play could not be renewed', { reason, error: String(error) });
      const next = afterFailure(error, isLost);
      if (next === 'begin-anew') return this.#ask(reason, true);
      this.#failures++;
      this.#planRefresh();
      if (next === 'end') onRefused(error);
      return undefined;
    }
  }

  async #begin(): Promise<DeliveryGrant | undefined> {
    const granted = await this.#deps.requestAgain(this.closed);
    const grant = this.#take(granted.response);
    if (grant) {
      this.#response = granted.response;
      this.#deps.onGranted(granted);
    }
    return grant;
  }

  #take(answer: PlayResponse | PlayRenewal): DeliveryGrant | undefined {
    if (this.closed.aborted) return undefined;
    this.#grantedAtMs = this.#deps.clock.nowMs();
    this.#grant = withoutServers(grantOf(answer, this.#grantedAtMs), this.#avoided);
    this.#failures = 0;
    this.#planRefresh(answer.refreshInMs);
    this.#wakeAll();
    return this.#grant;
  }

  /** At the time that the grant names, and after failures again and again. Nobody is steered while nothing plays. */
  #planRefresh(refreshInMs?: number): void {
    this.#cancelRefresh();
    this.#isDue = false;
    const { clock, random, engine } = this.#deps;
    const delayMs = refreshDelayMs({ refreshInMs, failures: this.#failures }, random());
    if (delayMs === undefined || this.closed.aborted) return;
    this.#cancelRefresh = clock.schedule(delayMs, () => {
      this.#isDue = true;
      const { paused, ended } = engine.snapshot();
      if (!paused && !ended) this.resumed();
    });
  }

  /** Who waits for a grant looks again. */
  #wakeAll(): void {
    this.#tell();
    this.#came = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  async #refresh(): Promise<void> {
    this.#isDue = false;
    const grant = await this.renew('refresh');
    if (grant && !this.closed.aborted) this.#deps.onRefreshed(grant);
  }
}
