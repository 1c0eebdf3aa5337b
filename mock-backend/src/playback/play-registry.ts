import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import type { Account } from '../accounts/account.ts';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, GRANT_REFRESH_MS, STREAM_LEASE_MS, TELEMETRY_INTERVAL_MS } from '../backend-config.ts';
import type { PlayClaim, PlayOutcome, PlayRecord, StoredPlay } from '../leases/play-claim.ts';
import type { SharedPlays } from '../leases/shared-plays.ts';
import type { BackendClock } from '../ports.ts';
import { streamLimit } from './stream-limit.ts';

/** Without reports a play is heard of only when it renews; this much later than planned may that be. */
const RENEWAL_SLACK = 1.5;
const REPORT_SLACK = 1.5;

export interface PlayRegistryDeps {
  readonly config: Pick<BackendConfig, 'urlKey' | 'grantRefreshMs' | 'streamLeaseMs' | 'telemetryIntervalMs'>;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly plays: SharedPlays;
}

export type PlayAsk = Omit<PlayRecord, 'playId' | 'createdAtMs' | 'accountId'>;

/**
 * Which play a request belongs to, and whether it has a stream. The play id follows from account and key, so that every
 * region arrives at the same one, also while the store fails.
 */
export class PlayRegistry {
  readonly #deps: PlayRegistryDeps;
  /** Plays that took a stream here and whose answers are not out yet, by account and key. */
  readonly #begun = new Map<string, StoredPlay>();

  constructor(deps: PlayRegistryDeps) {
    this.#deps = deps;
  }

  /** Starts the play, or finds the one that the same key started. */
  async start(account: Account, ask: PlayAsk, occasion: 'start' | 'prefetch'): Promise<StoredPlay> {
    const { accountId } = account;
    const playId = this.#playIdOf(accountId, ask.idempotencyKey);
    const play = recordOf(ask, accountId, playId, this.#deps.clock.wallMs());
    const outcome = await this.#claim(account, play, occasion);
    const tookStream = outcome.verdict === 'granted' && outcome.tookStream === true;
    if (tookStream) this.#begun.set(keyOf(accountId, ask.idempotencyKey), outcome.play);
    return this.#granted(outcome, ask.titleId, account);
  }

  /**
   * A play of this key was answered. Where nobody heard it, its stream is free; the same key still begins the same play.
   * Gives the play where it took its stream with this answer.
   */
  answered(accountId: string, idempotencyKey: string, isHeard: boolean): StoredPlay | undefined {
    const key = keyOf(accountId, idempotencyKey);
    const begun = this.#begun.get(key);
    if (!begun) return undefined;
    this.#begun.delete(key);
    if (!isHeard) this.#deps.plays.giveBack(begun);
    return begun;
  }

  /**
   * The answer of a play was on its way when its client went away. Where all of it was sent it may have arrived: some balancers
   * reset every connection that they are done with. Such a play proves by its first report that it lives.
   */
  unheard(begun: StoredPlay, isCertain: boolean): void {
    const { plays, config } = this.#deps;
    const reportsEveryMs = config.telemetryIntervalMs ?? TELEMETRY_INTERVAL_MS;
    if (isCertain) plays.giveBack(begun);
    else if (reportsEveryMs > 0) plays.doubt(begun, REPORT_SLACK * reportsEveryMs);
  }

  /** A running play of this account goes on: its stream is kept, or taken again where nothing was heard for too long. */
  async renew(account: Account, playId: string): Promise<StoredPlay> {
    const play = await this.#find(account.accountId, playId);
    const { leaseEndsAtMs: _, endedAtMs: _ended, ...record } = play;
    return this.#granted(await this.#claim(account, record, 'renewal'), play.titleId, account);
  }

  /** The viewer is done with it. */
  async end(accountId: string, playId: string): Promise<void> {
    await this.#find(accountId, playId);
    await this.#deps.plays.end(playId);
  }

  #claim(account: Account, play: PlayRecord, occasion: PlayClaim['occasion']): Promise<PlayOutcome> {
    const { clock, plays, config } = this.#deps;
    const { maxStreams } = account.plan;
    const leaseMs = Math.max(
      config.streamLeaseMs ?? STREAM_LEASE_MS,
      RENEWAL_SLACK * (config.grantRefreshMs ?? GRANT_REFRESH_MS),
    );
    const leaseEndsAtMs = clock.wallMs() + leaseMs;
    const claim = { play, occasion, leaseEndsAtMs };
    return plays.claim(maxStreams === undefined ? claim : { play, occasion, leaseEndsAtMs, maxStreams });
  }

  #granted(outcome: PlayOutcome, titleId: string, account: Account): StoredPlay {
    const { play, verdict } = outcome;
    if (verdict === 'granted') return play;
    if (verdict === 'stream-limit') throw streamLimit(outcome.holders, account.plan, this.#deps.clock.wallMs());
    if (verdict === 'ended')
      throw new ApiError('play/ended', 'This play was ended, or its player began another one: start a new one.', {
        playId: play.playId,
      });
    throw new ApiError(
      'play/idempotency-conflict',
      `The idempotency key already started a play of "${play.titleId}" with another request: use a new key.`,
      { titleId, startedTitleId: play.titleId, playId: play.playId },
    );
  }

  async #find(accountId: string, playId: string): Promise<StoredPlay> {
    const play = await this.#deps.plays.find(playId).catch((error) => {
      throw new ApiError(
        'store/unavailable',
        'This play started in another region and cannot be looked up now: try again, or ask the region that started it.',
        { playId },
        { cause: error },
      );
    });
    if (play?.accountId === accountId) return play;
    throw new ApiError('play/unknown', `There is no running play "${playId}": start a new one.`, { playId });
  }

  #playIdOf(accountId: string, idempotencyKey: string): string {
    const { hmac, config } = this.#deps;
    return hmac(config.urlKey, `play:${JSON.stringify([accountId, idempotencyKey])}`).slice(0, 32);
  }
}

/** Field by field: with fields after a spread each would be made in V8's slow way. */
function recordOf(
  { titleId, device, idempotencyKey, playerId }: PlayAsk,
  accountId: string,
  playId: string,
  createdAtMs: number,
): PlayRecord {
  if (playerId === undefined) return { playId, accountId, idempotencyKey, titleId, device, createdAtMs };
  return { playId, accountId, idempotencyKey, titleId, device, createdAtMs, playerId };
}

const keyOf = (accountId: string, idempotencyKey: string): string => `${accountId}\n${idempotencyKey}`;
