import type { Revocation, RevocationList, RevocationRequest } from '@pressplay/protocol/messages';
import { ApiError } from '../api-error.ts';
import type { BackendClock, Log } from '../ports.ts';
import { invalid } from '../request-body.ts';
import { CLOCKS_DIFFER_MS, REVOCATIONS_AT_ONCE, type Store, type StoredRevocation } from '../store/store.ts';
import type { AccessClaims } from './account.ts';
import { callsBack, issuesOf, joined, revocationOf } from './revocation.ts';

export const REVOCATION_SYNC_INTERVAL_MS = 2000;
const PAUSE_AFTER_FAILURE_MS = 5000;
const DROP_INTERVAL_MS = 3600 * 1000;
const LISTED = 1000;

/**
 * API tokens that were called back before they expire, in memory, followed from the store: no request waits for it. There is
 * no timer: requests give the beat.
 */
export class Revocations {
  readonly #store: Store;
  readonly #clock: BackendClock;
  readonly #log: Log;
  readonly #known = { token: new Map<string, Revocation>(), account: new Map<string, Revocation>() };
  #revision = 0;
  #running: Promise<void> | undefined;
  #nextAtMs = Number.NEGATIVE_INFINITY;
  #nextDropAtMs = Number.NEGATIVE_INFINITY;

  /** `clock`: its wall clock is the store's. */
  constructor(store: Store, clock: BackendClock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes what is new in the store. Fails when the store does. */
  async load(): Promise<void> {
    this.#nextAtMs = this.#clock.nowMs() + REVOCATION_SYNC_INTERVAL_MS;
    let page: readonly StoredRevocation[];
    do {
      page = await this.#store.revocationsSince(this.#revision);
      for (const { revocation, revision } of page) {
        this.#keep(revocation);
        this.#revision = Math.max(this.#revision, revision);
      }
    } while (page.length >= REVOCATIONS_AT_ONCE);
    this.#dropExpired();
  }

  /** Takes those of a snapshot. All of the store is read again once it is there. */
  restore(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) this.#keep(revocation);
  }

  /** Looks for what other regions were told when that is due, beside the request that gave the beat. */
  beat(): void {
    if (this.#running || this.#clock.nowMs() < this.#nextAtMs) return;
    this.#running = this.load()
      .catch((error) => {
        this.#nextAtMs = this.#clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
        this.#log('warn', 'tokens that were called back not read: the store does not answer', { error: String(error) });
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /**
   * Calls tokens back: here at once, in the other regions within seconds.
   * @throws ApiError 'store/unavailable': what other regions do not see is not called back. 'request/invalid'.
   */
  async revoke(request: RevocationRequest): Promise<Revocation> {
    const nowMs = this.#clock.wallMs();
    const issues = issuesOf(request, nowMs);
    if (issues.length > 0) throw invalid('The body', issues);
    const revocation = revocationOf(request, nowMs);
    await this.#store.putRevocation(revocation).catch((error) => {
      throw new ApiError(
        'store/unavailable',
        'Nothing was called back: the store does not answer.',
        {},
        { cause: error },
      );
    });
    const { kind, id, reason } = revocation;
    this.#log('info', 'API tokens were called back', { kind, id, reason });
    return this.#keep(revocation);
  }

  /** @throws ApiError 'auth/revoked' */
  requireGood(claims: AccessClaims): void {
    if (!this.#callsBack(claims)) return;
    throw new ApiError('auth/revoked', 'The API token was called back: get a new one.', {
      accountId: claims.accountId,
    });
  }

  /** Whether all that the account had at that moment was called back since. */
  endsWhatBegan({ accountId, createdAtMs }: { readonly accountId: string; readonly createdAtMs: number }): boolean {
    return this.#callsBack({ accountId, issuedAtMs: createdAtMs });
  }

  list(): RevocationList {
    const all = [...this.#known.token.values(), ...this.#known.account.values()];
    const newest = all.sort((one, other) => other.madeAtMs - one.madeAtMs).slice(0, LISTED);
    return { count: all.length, revocations: newest };
  }

  #callsBack(claims: AccessClaims): boolean {
    const { token, account } = this.#known;
    if (claims.tokenId !== undefined && token.has(claims.tokenId)) return true;
    const ofAccount = account.get(claims.accountId);
    return ofAccount !== undefined && callsBack(ofAccount, claims);
  }

  #keep(revocation: Revocation): Revocation {
    const known = this.#known[revocation.kind];
    const kept = joined(known.get(revocation.id), revocation);
    known.set(revocation.id, kept);
    return kept;
  }

  /** A little later than the last token of them, by whichever clock that is judged. */
  #dropExpired(): void {
    if (this.#clock.nowMs() < this.#nextDropAtMs) return;
    this.#nextDropAtMs = this.#clock.nowMs() + DROP_INTERVAL_MS;
    const expiredMs = this.#clock.wallMs() - CLOCKS_DIFFER_MS;
    for (const known of Object.values(this.#known))
      for (const [id, { expiresAtMs }] of known) if (expiresAtMs < expiredMs) known.delete(id);
  }
}
