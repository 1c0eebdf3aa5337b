import type { FleetFile, FleetSnapshot, OcaControlStatus, TitleSummary } from '@pressplay/protocol/messages';
import type { EventList } from './event-list.ts';
import type { OcaControlApi, RegionApi } from './fleet-api.ts';
import type { ProcessState } from './managed-process.ts';

export interface WatchedOca {
  readonly ocaId: string;
  readonly siteId: string;
  readonly baseUrl: string;
  readonly capacityBps: number;
  readonly control: OcaControlApi;
  processState(): ProcessState;
}

export interface WatchedRegion {
  readonly regionId: string;
  readonly baseUrl: string;
  readonly api: RegionApi;
  processState(): ProcessState;
}

export interface FleetWatchDeps {
  readonly sites: FleetFile['sites'];
  readonly ocas: readonly WatchedOca[];
  readonly regions: readonly WatchedRegion[];
  readonly events: EventList;
  /** Files of all titles in the catalog. */
  readonly countFiles: () => Promise<number>;
}

const LOOKED_AT_MS = 500;
const IDLE_MS = 2000;

/** Asks the fleet how it is: each half second while somebody looks, seldom otherwise. */
export class FleetWatch {
  readonly #deps: FleetWatchDeps;
  readonly #statuses = new Map<string, OcaControlStatus>();
  #titles: readonly TitleSummary[] = [];
  #drained = new Map<string, string>();
  #filesWanted = 0;
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(deps: FleetWatchDeps) {
    this.#deps = deps;
  }

  /** Asks once, then again and again until `stop()`. */
  start(): Promise<void> {
    return this.#turn();
  }

  watch(): () => void {
    this.#watchers++;
    clearTimeout(this.#timer);
    void this.#turn();
    let watching = true;
    return () => {
      if (watching) this.#watchers--;
      watching = false;
    };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  snapshot(): FleetSnapshot {
    const { sites, ocas, regions, events } = this.#deps;
    return {
      atMs: Date.now(),
      sites: sites.map(({ routes: _routes, ocas: _ocas, ...info }) => info),
      regions: regions.map(({ regionId, baseUrl, processState }) => ({ regionId, baseUrl, process: processState() })),
      ocas: ocas.map(({ ocaId, siteId, baseUrl, capacityBps, processState }) => {
        const state = processState();
        const status = state === 'up' ? this.#statuses.get(ocaId) : undefined;
        const drained = this.#drained.get(ocaId);
        const view = {
          ocaId,
          siteId,
          baseUrl,
          process: state,
          capacityBps,
          faults: status?.faults ?? [],
          filesWanted: this.#filesWanted,
          ...(drained !== undefined && { drained }),
        };
        return status ? { ...view, status } : view;
      }),
      titles: [...this.#titles],
      events: events.latest(),
    };
  }

  /** Asks everybody now. */
  async refresh(): Promise<void> {
    await Promise.all([this.#askOcas(), this.#askRegions(), this.#countFiles()]);
  }

  async #turn(): Promise<void> {
    await this.refresh();
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#turn(), this.#watchers > 0 ? LOOKED_AT_MS : IDLE_MS);
    this.#timer.unref();
  }

  async #askOcas(): Promise<void> {
    const up = this.#deps.ocas.filter((oca) => oca.processState() === 'up');
    await Promise.all(
      up.map(async ({ ocaId, control }) => {
        const status = await control.status().catch(() => undefined);
        if (status) this.#statuses.set(ocaId, status);
        else this.#statuses.delete(ocaId);
      }),
    );
  }

  async #askRegions(): Promise<void> {
    for (const region of this.#deps.regions) {
      if (region.processState() !== 'up') continue;
      const status = await region.api.fleetStatus().catch(() => undefined);
      if (!status) continue;
      this.#tellChanges(status.titles);
      this.#titles = status.titles;
      this.#drained = new Map(
        status.ocas.flatMap(({ ocaId, drained }) => (drained === undefined ? [] : [[ocaId, drained]])),
      );
      return;
    }
  }

  #tellChanges(titles: readonly TitleSummary[]): void {
    const wasLive = new Map(this.#titles.map((title) => [title.titleId, title.live]));
    for (const title of titles) {
      if (title.live && !wasLive.get(title.titleId))
        this.#deps.events.add(`"${title.name}" is live: ${title.copies} OCAs hold it`);
      if (!title.live && wasLive.get(title.titleId)) this.#deps.events.add(`"${title.name}" is no longer live`);
    }
  }

  async #countFiles(): Promise<void> {
    this.#filesWanted = await this.#deps.countFiles().catch(() => this.#filesWanted);
  }
}
