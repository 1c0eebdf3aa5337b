import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import type { Revocations } from './accounts/revocations.ts';
import type { BackendConfig } from './backend-config.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { LongIndexes } from './catalog/long-indexes.ts';
import type { Fill } from './fill/fill.ts';
import type { originFileRoute } from './fill/origin-file.ts';
import type { Drains } from './fleet/drains.ts';
import type { FleetState } from './fleet/fleet-state.ts';
import type { OcaReports } from './fleet/oca-reports.ts';
import type { Overview } from './fleet/overview.ts';
import type { SharedPlays } from './leases/shared-plays.ts';
import type { FindNetwork } from './licensing/client-networks.ts';
import type { Manifests } from './manifests/manifests.ts';
import type { Meter } from './operations/meter.ts';
import type { PlayRegistry } from './playback/play-registry.ts';
import type { Playback } from './playback/playback.ts';
import type { AccessTokens, BackendClock, Log } from './ports.ts';
import type { Readiness } from './regions/readiness.ts';
import type { DecisionLog } from './steering/decision-log.ts';
import type { RouteImports } from './steering/route-imports.ts';
import type { SnapshotShelf } from './store/snapshot.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/** Everything the routes ask. */
export interface Services {
  readonly config: BackendConfig;
  readonly clock: BackendClock;
  readonly accessTokens: AccessTokens;
  readonly revocations: Revocations;
  readonly hmac: HmacSha256Hex;
  readonly randomId: () => string;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly longIndexes: LongIndexes;
  readonly fleet: FleetState;
  readonly drains: Drains;
  readonly ocaReports: OcaReports;
  readonly overview: Overview;
  readonly playback: Playback;
  readonly registry: PlayRegistry;
  readonly plays: SharedPlays;
  readonly decisions: DecisionLog;
  readonly imports: RouteImports;
  readonly fill: Fill;
  readonly manifests: Manifests;
  readonly telemetry: Telemetry;
  readonly findNetwork: FindNetwork;
  readonly originFile: ReturnType<typeof originFileRoute>;
  readonly readiness: Readiness;
  /** Absent where nothing outlives the process. */
  readonly snapshots?: SnapshotShelf;
  /** Absent where nobody counts. */
  readonly meter?: Meter;
}
