import type { ReportAnswer } from '@pressplay/protocol/messages';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import { Revocations } from './accounts/revocations.ts';
import { asApiError, errorBodyOf } from './api-error.ts';
import { createApp } from './app.ts';
import { type BackendConfig, HEALTH_DEADLINE_MS, SNAPSHOT_LIFETIME_MS } from './backend-config.ts';
import { Catalog } from './catalog/catalog.ts';
import type { IndexShelf } from './catalog/index-shelf.ts';
import { LongIndexes } from './catalog/long-indexes.ts';
import { Fill } from './fill/fill.ts';
import { originFileRoute } from './fill/origin-file.ts';
import { Drains } from './fleet/drains.ts';
import { FleetState } from './fleet/fleet-state.ts';
import { FleetSync } from './fleet/fleet-sync.ts';
import { OcaReports, type ReportKind } from './fleet/oca-reports.ts';
import { Overview } from './fleet/overview.ts';
import { SharedPlays } from './leases/shared-plays.ts';
import { clientNetworks } from './licensing/client-networks.ts';
import { Manifests } from './manifests/manifests.ts';
import type { Meter } from './operations/meter.ts';
import { type PlainPlay, type PlainPlayAnswer, plainPlays } from './operations/plain-plays.ts';
import { PlayRegistry } from './playback/play-registry.ts';
import { PlayRequests } from './playback/play-requests.ts';
import { Playback } from './playback/playback.ts';
import type { AccessTokens, BackendClock, Log, OriginAnswer } from './ports.ts';
import { Readiness } from './regions/readiness.ts';
import { RegionLoad } from './regions/region-load.ts';
import { DecisionLog } from './steering/decision-log.ts';
import type { TableBuilder } from './steering/route-book.ts';
import { RouteImports } from './steering/route-imports.ts';
import { Steering } from './steering/steering.ts';
import { keepReads, type SnapshotShelf, usableAgeMs } from './store/snapshot.ts';
import type { Store } from './store/store.ts';
import { StoreClock } from './store/store-clock.ts';
import { StoreWatch } from './store/store-watch.ts';
import { Telemetry } from './telemetry/telemetry.ts';

export interface BackendDeps {
  readonly config: BackendConfig;
  readonly store: Store;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly accessTokens: AccessTokens;
  /** 128 bits in hex. */
  readonly randomId: () => string;
  readonly log: Log;
  /** Builds large prefix tables beside the plays; without it they are built in between. */
  readonly buildTable?: TableBuilder;
  /** Counts what happens, for `/metrics`; without it nobody counts. */
  readonly meter?: Meter;
  /** Answers for files of the origin; without it this region has none. */
  readonly origin?: OriginAnswer;
  /** Keeps the index files of long films in the origin; without it titles are kept whole. */
  readonly indexShelf?: IndexShelf;
  /** Keeps what was read from the store over the end of the process; without it a start needs the store. */
  readonly snapshots?: SnapshotShelf;
  /**
   * Done when all requests that have come in by now were read: plays claim their streams together then, and a processor that does
   * the same for many in a row does it faster. Without it claims go as soon as they come.
   */
  readonly inputRead?: () => Promise<void>;
}

export interface PlainReport {
  readonly method: string;
  /** `/v1/ocas/{ocaId}/{health | routes | inventory}` */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly text: string;
}

export interface PlainAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Backend {
  /** `peer.clientAddress` is the address of the connection. */
  fetch(request: Request, peer: { readonly clientAddress: string }): Promise<Response>;
  /** Plays that begin or go on, without `Request` and `Response`; the answer is that of `fetch`. */
  answerPlay(play: PlainPlay): Promise<PlainPlayAnswer>;
  /** An OCA's report without `Request` and `Response`, for hosts in the same process; undefined where it is none. */
  answerReport(report: PlainReport): Promise<PlainAnswer> | undefined;
  /** Reads catalog and fleet from the store. `fetch` does so by itself at its first request; a process awaits it. */
  start(): Promise<void>;
  /** Says in its health that it takes no new plays: it is about to end. It goes on answering. */
  retire(): void;
  /** Hands to the store what it does not have yet. */
  stop(): Promise<void>;
}

/** Whoever asks how the process is does not wait for the store. */
const asksProcessAlone = (url: string): boolean => /^[^/]*\/\/[^/]*\/(v1\/live|metrics|docs|openapi\.json)$/.test(url);
const REPORT_PATH = /^\/v1\/ocas\/([^/?]+)\/(health|routes|inventory)$/;

/** One region of the control plane, as a function from Request to Response. */
export function createBackend(deps: BackendDeps): Backend {
  const { config, clock, hmac, log, snapshots } = deps;
  const kept = snapshots && keepReads(deps.store, snapshots, clock);
  const watch = new StoreWatch(kept?.store ?? deps.store, clock);
  const { store } = watch;
  const catalog = new Catalog(store, clock, log);
  const onBuildFailure = (error: unknown): void =>
    log('error', 'the prefix table was built on the main thread: the worker failed', { error: String(error) });
  const fleet = new FleetState(config.sites, deps.buildTable, onBuildFailure, clock.nowMs);
  const fleetSync = new FleetSync(fleet, store, clock, log, config.healthDeadlineMs ?? HEALTH_DEADLINE_MS);
  const imports = new RouteImports(store, fleet, clock, log);
  const storeClock = new StoreClock(store, clock, (byMs) => plays.move(byMs));
  const plays = new SharedPlays(store, storeClock, log, deps.inputRead);
  const revocations = new Revocations(store, storeClock, log);
  const registry = new PlayRegistry({ config, clock: storeClock, hmac, plays });
  const load = async (isAgain: boolean): Promise<void> => {
    // What answers already asks as everybody does: the first question finds out whether the store is back.
    if (isAgain) await catalog.refresh();
    else watch.tryAgain();
    await Promise.all([storeClock.read(), catalog.refresh(), fleetSync.load(), imports.load()]);
    // By a connection that is open: each more that a start opens at once may keep it waiting for too long.
    await revocations.load();
    await fleet.routingSettled();
    kept?.noteWhole();
  };
  const restore = async (): Promise<boolean> => {
    const snapshot = await snapshots?.read();
    const lifetimeMs = config.snapshotLifetimeMs ?? SNAPSHOT_LIFETIME_MS;
    const ageMs = snapshot && usableAgeMs(snapshot.goodAtMs, clock.wallMs(), lifetimeMs);
    if (!snapshot || ageMs === undefined) return false;
    fleet.setDrains(snapshot.drains);
    revocations.restore(snapshot.revocations);
    await Promise.all([catalog.restore(snapshot.titles()), imports.restore(snapshot)]);
    await fleet.routingSettled();
    watch.noteSilentFor(ageMs);
    return true;
  };
  const loading = new RegionLoad({ clock, log, load, restore });
  const readiness = new Readiness({ config, watch, loading });
  const decisions = new DecisionLog(store, clock, log, { share: config.decisionLogShare ?? 1 });
  const steering = new Steering({ config, fleet, clock, log, decisions, meter: deps.meter });
  const ocaReports = new OcaReports({ config, fleet, fleetSync, clock, hmac });
  const longIndexes = new LongIndexes(deps.indexShelf, config.inlineIndexBytes);
  const services = {
    ...deps,
    revocations,
    catalog,
    longIndexes,
    fleet,
    drains: new Drains(store, fleet, clock),
    decisions,
    imports,
    ocaReports,
    overview: new Overview(config, catalog, fleet, clock),
    playback: new Playback({ config, catalog, fleet, registry, clock, hmac, steering, readiness }),
    fill: new Fill({ config, catalog, fleet, clock, hmac }),
    manifests: new Manifests({ config, catalog, longIndexes, fleet, plays, revocations, steering, clock, hmac, log }),
    plays,
    registry,
    telemetry: new Telemetry({ config, clock, hmac, log, plays }),
    findNetwork: clientNetworks(config.networks),
    originFile: originFileRoute({ ...config, catalog, clock, hmac, origin: deps.origin }),
    readiness,
  };
  const playRequests = new PlayRequests(services);
  const app = createApp(services, playRequests);
  const answerPlay = plainPlays(services, playRequests);
  const beat = (): void => {
    storeClock.beat();
    fleetSync.beat();
    imports.beat();
    revocations.beat();
    decisions.beat();
    plays.beat();
  };
  const loadedAnswer = async (play: PlainPlay): Promise<PlainPlayAnswer> => {
    await loading.attempt();
    beat();
    return answerPlay(play);
  };
  return {
    async fetch(request, peer) {
      if (!asksProcessAlone(request.url)) await loading.attempt();
      beat();
      return app.fetch(request, { clientAddress: peer.clientAddress });
    },
    answerPlay(play) {
      if (!loading.isLoaded) return loadedAnswer(play);
      beat();
      return answerPlay(play);
    },
    answerReport({ method, path, authorization, text }) {
      const [, ocaId, kind] = REPORT_PATH.exec(path) ?? [];
      if (method !== 'PUT' || ocaId === undefined) return undefined;
      return answerOf(async () => {
        await loading.attempt();
        imports.beat();
        return ocaReports.take({ kind: kind as ReportKind, ocaId, authorization, text });
      });
    },
    start: () => loading.required(),
    retire: () => readiness.retire(),
    async stop() {
      watch.tryAgain();
      await Promise.allSettled([fleetSync.flush(), plays.flush(), decisions.flush()]);
    },
  };
}

async function answerOf(work: () => Promise<ReportAnswer>): Promise<PlainAnswer> {
  try {
    const answer = await work();
    return answer.tellAll ? { status: 200, text: JSON.stringify(answer) } : { status: 204, text: '' };
  } catch (thrown) {
    const error = asApiError(thrown);
    return { status: error.status, text: JSON.stringify(errorBodyOf(error)) };
  }
}
