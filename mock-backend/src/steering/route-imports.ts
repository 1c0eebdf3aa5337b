import type { RoutesImport } from '@pressplay/protocol/messages';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Store } from '../store/store.ts';

/** Routes that operators bring from dumps. They come in parts; the last one puts the whole import in force. */
export class RouteImports {
  readonly #store: Store;
  readonly #fleet: FleetState;

  constructor(store: Store, fleet: FleetState) {
    this.#store = store;
    this.#fleet = fleet;
  }

  async load(): Promise<void> {
    for (const { siteId, routes } of await this.#store.loadImports()) this.#fleet.importRoutes(siteId, routes);
  }

  async take(siteId: string, part: RoutesImport): Promise<void> {
    await this.#store.saveImportPart(siteId, part);
    if (part.part + 1 < part.parts) return;
    const imports = await this.#store.loadImports();
    const own = imports.find((one) => one.siteId === siteId && one.importId === part.importId);
    if (own) this.#fleet.importRoutes(siteId, own.routes);
  }
}
