import type { ClientNetworkEntry, SiteInfo } from '@pressplay/protocol/messages';
import type { AcceptedKey } from '@pressplay/protocol/wire';

import type { Plan } from './accounts/plans.ts';
import type { ConcurrencyLimit } from './admission/judge-admission.ts';
import type { RateLimits } from './admission/rate-limiter.ts';

/** What opens the routes of the fleet and of its operators. */
export interface FleetTokens {
  readonly operatorToken: string;
  /** Opens what operators may read, and nothing they may change. */
  readonly viewerToken?: string;
  readonly ocaTokenFor: (ocaId: string) => string;
}

export interface AcceptedTokens extends FleetTokens {
  /** They open nothing from then on, in Unix time in milliseconds; for good where absent. */
  readonly acceptUntilMs?: number;
}

export interface BackendConfig extends FleetTokens {
  readonly regionId: string;
  /** Signs media URLs; the OCAs know it. */
  readonly urlKey: string;
  /** Keys that open media tokens beside it: the last one, or the next one, while keys rotate. */
  readonly acceptedUrlKeys?: readonly AcceptedKey[];
  /** Media tokens open only in the network that asked for them; off. The OCAs must see viewers' true addresses. */
  readonly bindTokensToNetwork?: boolean;
  /** Tokens that open the same routes beside them: of the last secret, or of the next one, while keys rotate. */
  readonly acceptedTokens?: readonly AcceptedTokens[];
  readonly sites: readonly SiteInfo[];
  readonly networks: readonly ClientNetworkEntry[];
  /** Where OCAs reach the origin of each region: `{baseUrl}/v1/origin/{token}/{fileId}`. */
  readonly originBaseUrls: readonly { readonly regionId: string; readonly baseUrl: string }[];
  /** Believe the header in which a browser client names its address. */
  readonly trustClientAddress: boolean;
  readonly corsOrigins: '*' | readonly string[];
  /** What accounts may be sold; basic, standard, premium and unlimited. */
  readonly plans?: readonly Plan[];
  /** How often one account and one address may ask; plenty. */
  readonly rateLimits?: RateLimits;
  /** Play requests at once, and how many of them may ask ahead of a viewer; 1000, 0.3. */
  readonly concurrency?: ConcurrencyLimit;
  /** Of a play's media token; 6 h. */
  readonly tokenLifetimeMs?: number;
  /** After how long a running play asks for a fresh ranking, a tenth more or less by play; 5 min. */
  readonly grantRefreshMs?: number;
  /** A play that reports holds its stream for so long after each sign of life; 2 min. */
  readonly streamLeaseMs?: number;
  /** How often a play to which nothing happens reports; 30 s. 0 where no reports are wanted. */
  readonly telemetryIntervalMs?: number;
  /** An OCA silent for longer is not named; 5 s. */
  readonly healthDeadlineMs?: number;
  /** How soon an OCA that holds all it should asks for its fill manifest again; 10 s. */
  readonly manifestRefreshMs?: number;
  /** How often players that follow content steering ask again; 30 s. */
  readonly steeringTtlMs?: number;
  /** Scheme and host under which players reach this region; what they asked for where absent. */
  readonly publicUrl?: string;
  /** Share of plays whose steering decisions are logged, 0 to 1; all. */
  readonly decisionLogShare?: number;
  /** How long new plays begin from the last snapshot while the store does not answer; 6 h. */
  readonly snapshotLifetimeMs?: number;
  /** Segment indexes of a title are sent whole up to so many bytes, compressed; 32 KiB. Longer ones get an index file. */
  readonly inlineIndexBytes?: number;
  /** A title is live once so many OCAs hold all of it, */
  readonly copiesNeeded: number;
  /** at so many sites. */
  readonly sitesNeeded: number;
}

export const TOKEN_LIFETIME_MS = 6 * 3600 * 1000;
export const GRANT_REFRESH_MS = 5 * 60 * 1000;
export const STREAM_LEASE_MS = 2 * 60 * 1000;
export const SNAPSHOT_LIFETIME_MS = 6 * 3600 * 1000;
export const TELEMETRY_INTERVAL_MS = 30_000;
export const HEALTH_DEADLINE_MS = 5000;
export const MANIFEST_REFRESH_MS = 10_000;
export const STEERING_TTL_MS = 30_000;
