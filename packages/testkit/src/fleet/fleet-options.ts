import type { ProcessConfigInput } from '@pressplay/mock-backend/node';
import type { CatalogTitle, Fault, FleetFile, FleetSnapshot } from '@pressplay/protocol/messages';
import type { FleetPorts } from './ports.ts';
import type { RequestLogLine } from './request-log.ts';

export type ControlPlaneSettings = Pick<
  ProcessConfigInput,
  | 'tokenLifetimeMs'
  | 'grantRefreshMs'
  | 'steeringTtlMs'
  | 'snapshotLifetimeMs'
  | 'healthDeadlineMs'
  | 'inlineIndexBytes'
  | 'logLevel'
>;

export type OcaEngine = 'node' | 'nginx' | 'auto';

export interface FleetOptions {
  /** The demo's twelve OCAs and three regions where absent. */
  readonly fleetFile?: FleetFile;
  /** Moves the fleet; a fleet file given without them stays where it says. */
  readonly ports?: FleetPorts;
  readonly dataDir: string;
  /** `memory`: the first region only, nothing survives it. An URL: any server that speaks PostgreSQL's protocol. */
  readonly database: 'embedded' | 'memory' | { readonly url: string };
  /** Settings of every region, over the defaults. */
  readonly controlPlane?: ControlPlaneSettings;
  /** Every OCA paces each response to this rate, so that a transfer has a middle also on one machine. */
  readonly paceBps?: number;
  /**
   * What serves media: Node itself where absent; nginx with Node behind it, whose responses are logged up to a second late; or
   * nginx where the machine has one.
   */
  readonly engine?: OcaEngine;
  /** How these OCAs learn their routes, as their configuration has it, instead of by their site's list. */
  readonly learnedRoutes?: Readonly<Record<string, object>>;
  /** Which titles of the origin to publish. `sample`: every one that lies there, and the sample when there is none. */
  readonly titles?: 'sample' | 'none' | readonly string[];
  /** What an empty origin gets: the small test card that the repository keeps, or one encoded now. */
  readonly sample?: 'kept' | 'encoded';
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  /** Serves the control room and its API on the control port. */
  readonly serveControlRoom?: boolean;
}

export interface RegionEndpoint {
  readonly regionId: string;
  readonly baseUrl: string;
}

export interface OcaEndpoint {
  readonly ocaId: string;
  readonly siteId: string;
  readonly baseUrl: string;
}

/** `kill`, where nothing is said: its connections are refused. `hang`: they are accepted, and nothing is ever answered. */
export const REGION_FAILURES = ['kill', 'hang'] as const;
export type RegionFailure = (typeof REGION_FAILURES)[number];

/** A running fleet of real processes. Everything of it ends with `stop()` or with this process. */
export interface Fleet {
  readonly regions: readonly RegionEndpoint[];
  readonly ocas: readonly OcaEndpoint[];
  /** Where the control room answers, if it is served. */
  readonly controlUrl?: string;
  /** An API token of an account; the demo's where none is named. */
  accessToken(accountId?: string): Promise<string>;
  /** SIGKILL. */
  killOca(ocaId: string): Promise<void>;
  restartOca(ocaId: string): Promise<void>;
  /** Replaces the faults that are on; an empty list ends them. */
  setFaults(ocaId: string, faults: readonly Fault[]): Promise<void>;
  killRegion(regionId: string): Promise<void>;
  /** Fails the region and starts it again after that time, whoever asked and whatever became of him. */
  failRegion(regionId: string, forMs: number, how?: RegionFailure): Promise<void>;
  restartRegion(regionId: string): Promise<void>;
  /** The embedded database dies at once, as a machine does that loses power. */
  killDatabase(): Promise<void>;
  restartDatabase(): Promise<void>;
  requestLog(ocaId: string): Promise<RequestLogLine[]>;
  snapshot(): FleetSnapshot;
  /** Polls faster while somebody looks. Returns the end of looking. */
  watch(): () => void;
  publish(title: CatalogTitle): Promise<void>;
  /** Resolves when enough OCAs hold the title; throws after the limit. */
  waitUntilLive(titleId: string, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}
