import type { FleetStatus, OcaDetail, TitleSummary } from '@pressplay/protocol/messages';
import { type BackendConfig, HEALTH_DEADLINE_MS } from '../backend-config.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BackendClock } from '../ports.ts';
import type { FleetState } from './fleet-state.ts';
import { livenessOf } from './liveness.ts';
import { detailOf, statusOf } from './oca-detail.ts';

/** What people may see of titles and fleet. */
export class Overview {
  readonly #config: BackendConfig;
  readonly #catalog: Catalog;
  readonly #fleet: FleetState;
  readonly #clock: BackendClock;

  constructor(config: BackendConfig, catalog: Catalog, fleet: FleetState, clock: BackendClock) {
    this.#config = config;
    this.#catalog = catalog;
    this.#fleet = fleet;
    this.#clock = clock;
  }

  async titles(): Promise<TitleSummary[]> {
    const entries = await this.#catalog.list();
    return entries.map(({ titleId, name, durationMs, fileIds }) => {
      const { live, copies } = livenessOf(this.#fleet.sitesHolding(fileIds), this.#config);
      return { titleId, name, durationMs, live, copies, copiesNeeded: this.#config.copiesNeeded };
    });
  }

  async fleet(): Promise<FleetStatus> {
    const nowMs = this.#clock.nowMs();
    const { regionId, sites, healthDeadlineMs = HEALTH_DEADLINE_MS } = this.#config;
    const ocas = this.#fleet.ocas().map((oca) => statusOf(oca, nowMs, healthDeadlineMs));
    const drains = [...this.#fleet.drains];
    return { region: regionId, sites: [...sites], ocas, drains, titles: await this.titles() };
  }

  /** undefined where no such OCA ever reported here. */
  async oca(ocaId: string): Promise<OcaDetail | undefined> {
    const oca = this.#fleet.oca(ocaId);
    if (!oca) return undefined;
    const titles = await this.#catalog.list();
    const { healthDeadlineMs = HEALTH_DEADLINE_MS } = this.#config;
    const [routes, heardAll] = [this.#fleet.routesOf(ocaId), this.#fleet.heardAll(ocaId)];
    return detailOf({ oca, routes, heardAll, titles, nowMs: this.#clock.nowMs(), healthDeadlineMs });
  }
}
