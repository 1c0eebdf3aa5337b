import type { RegionHealth } from '@pressplay/protocol/messages';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, SNAPSHOT_LIFETIME_MS } from '../backend-config.ts';
import type { StoreWatch } from '../store/store-watch.ts';
import type { RegionLoad } from './region-load.ts';

export interface ReadinessDeps {
  readonly config: Pick<BackendConfig, 'regionId' | 'snapshotLifetimeMs'>;
  readonly watch: Pick<StoreWatch, 'silentForMs'>;
  readonly loading: Pick<RegionLoad, 'attempt' | 'isRestored'>;
}

/**
 * What a region can do now. Without the store it begins new plays from what it read last, for a stated time: later too
 * many titles, licences and OCAs would have changed unseen. Plays that run go on for as long as they last.
 */
export class Readiness {
  readonly #deps: ReadinessDeps;
  #isRetired = false;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /** This region is about to end: whoever spreads plays over regions is to leave it. What still comes is answered. */
  retire(): void {
    this.#isRetired = true;
  }

  async health(): Promise<RegionHealth> {
    const { config, watch, loading } = this.#deps;
    const { regionId } = config;
    if (this.#isRetired)
      return { regionId, ready: false, degraded: { reason: 'The region is ending: ask another one.' } };
    if (!(await loading.attempt()))
      return { regionId, ready: false, degraded: { reason: 'The store was never read: nothing can be played.' } };
    const silentMs = watch.silentForMs();
    if (silentMs === undefined) return { regionId, ready: true };
    const newPlaysForMs = Math.max(0, this.#lifetimeMs() - silentMs);
    const { isRestored: fromDisk } = loading;
    const silence = fromDisk
      ? 'The region started without the store, from its snapshot on disk'
      : 'The store does not answer';
    const reason =
      newPlaysForMs > 0
        ? `${silence}: plays start and go on from what was read last; nothing can be published.`
        : 'The store has not answered for too long: plays go on, new ones are refused.';
    return {
      regionId,
      ready: newPlaysForMs > 0,
      degraded: { reason, storeSilentMs: silentMs, newPlaysForMs, ...(fromDisk && { fromDisk }) },
    };
  }

  /** @throws ApiError where what this region knows is too old to begin a play from. */
  requireForNewPlay(): void {
    const silentMs = this.#deps.watch.silentForMs();
    if (silentMs === undefined || silentMs < this.#lifetimeMs()) return;
    throw new ApiError(
      'store/snapshot-expired',
      'The database has not answered for so long that new plays are refused. Plays that run go on.',
      { storeSilentMs: Math.round(silentMs), snapshotLifetimeMs: this.#lifetimeMs() },
    );
  }

  #lifetimeMs(): number {
    return this.#deps.config.snapshotLifetimeMs ?? SNAPSHOT_LIFETIME_MS;
  }
}
