import { MemoryStore, type Store } from '@pressplay/mock-backend';
import type { FleetFile } from '@pressplay/protocol/messages';
import type { Clock, RegionEndpoint } from '@pressplay/sdk-core';
import type { Link } from './endpoint.ts';
import type { EventLog } from './event-log.ts';
import { ocaLink, REGION_LINK } from './links.ts';
import type { SyntheticTitle } from './media.ts';
import type { Network } from './network.ts';
import { SimulatedOrigin } from './origin.ts';
import { prngFor } from './prng.ts';
import { type FleetKeys, fleetKeysOf } from './secrets.ts';
import type { ShelvedFile } from './shelf-disk-store.ts';
import { type OcaSettings, SimulatedOca } from './simulated-oca.ts';
import { type ControlPlaneSettings, SimulatedRegion } from './simulated-region.ts';

export interface SimulatedFleetOptions {
  readonly seed: number;
  readonly fleetFile: FleetFile;
  /** Files that every OCA holds from the start. */
  readonly shelf: readonly ShelvedFile[];
  readonly links: Readonly<Record<string, Partial<Link>>>;
  readonly controlPlane: ControlPlaneSettings;
  readonly ocas: OcaSettings;
  /** Of single OCAs, over those of all. */
  readonly settingsOf?: Readonly<Record<string, OcaSettings>>;
}

/** Regions over one store, an origin, and OCAs: built, and started by `start`. */
export class SimulatedFleet {
  readonly store: Store;
  readonly origin = new SimulatedOrigin();
  readonly keys: FleetKeys;
  readonly #regions = new Map<string, SimulatedRegion>();
  readonly #ocas = new Map<string, SimulatedOca>();

  constructor(clock: Clock, network: Network, events: EventLog, options: SimulatedFleetOptions) {
    const { fleetFile, seed, links } = options;
    this.store = new MemoryStore(clock);
    this.keys = fleetKeysOf(`a simulated secret ${seed}`);
    const regions = fleetFile.regions.map(({ regionId, host, port }) => ({
      regionId,
      baseUrl: `http://${host}:${port}`,
    }));
    for (const { regionId, baseUrl } of regions) {
      const endpoint = network.join(regionId, new URL(baseUrl).hostname, { ...REGION_LINK, ...links[regionId] });
      const random = prngFor(seed, regionId);
      const { store, origin, keys } = this;
      const { controlPlane: settings } = options;
      const region = {
        regionId,
        baseUrl,
        fleet: fleetFile,
        endpoint,
        store,
        origin,
        keys,
        random,
        originBaseUrls: regions,
        settings,
      };
      this.#regions.set(regionId, new SimulatedRegion(clock, network, events, region));
    }
    for (const site of fleetFile.sites) {
      for (const spec of site.ocas) {
        const link = { ...ocaLink(site, spec.capacityBps), ...links[spec.ocaId] };
        const endpoint = network.join(spec.ocaId, spec.host, link);
        const { keys } = this;
        const { shelf: files, ocas, settingsOf = {} } = options;
        const settings = { ...ocas, ...settingsOf[spec.ocaId] };
        const oca = { spec, site, regions, keys, endpoint, files, settings };
        this.#ocas.set(spec.ocaId, new SimulatedOca(clock, network, events, oca));
      }
    }
  }

  get regions(): readonly SimulatedRegion[] {
    return [...this.#regions.values()];
  }

  get ocas(): readonly SimulatedOca[] {
    return [...this.#ocas.values()];
  }

  get regionEndpoints(): RegionEndpoint[] {
    return this.regions.map(({ regionId, baseUrl }) => ({ regionId, baseUrl }));
  }

  oca(ocaId: string): SimulatedOca {
    return foundIn(this.#ocas, ocaId, 'OCA');
  }

  region(regionId: string): SimulatedRegion {
    return foundIn(this.#regions, regionId, 'region');
  }

  /** Regions first, then the titles, then the OCAs, which find all of it in their first manifest. */
  async start(titles: readonly SyntheticTitle[]): Promise<void> {
    for (const region of this.regions) region.start();
    for (const title of titles) await this.publish(title);
    for (const oca of this.ocas) oca.start();
  }

  /** What ingest does at its end: the files are in the origin, then the title in the catalog. */
  async publish({ title, files }: SyntheticTitle): Promise<void> {
    this.origin.add(files);
    await this.runningRegion().publish(title);
  }

  runningRegion(): SimulatedRegion {
    const region = this.regions.find((candidate) => candidate.isUp);
    if (!region) throw new Error('Every region is down.');
    return region;
  }
}

function foundIn<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id);
  if (!found) throw new Error(`The world has no ${what} "${id}". It has: ${[...map.keys()].join(', ')}.`);
  return found;
}
