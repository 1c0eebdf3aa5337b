import path from 'node:path';
import type { FleetKeys } from '@pressplay/mock-backend/node';
import { type DataFolder, writePrivateJson } from './data-folder.ts';
import type { EventList } from './event-list.ts';
import { ocaControlApi, regionApi } from './fleet-api.ts';
import type { FleetOptions } from './fleet-options.ts';
import {
  type FleetPlan,
  ocaProcessConfig,
  type PlannedOca,
  type PlannedRegion,
  regionProcessConfig,
} from './fleet-plan.ts';
import type { WatchedOca, WatchedRegion } from './fleet-watch.ts';
import { ManagedProcess } from './managed-process.ts';

export interface BundledMains {
  readonly region: string;
  readonly oca: string;
}

export interface OcaPlace extends WatchedOca {
  readonly process: ManagedProcess;
}

export interface RegionPlace extends WatchedRegion {
  readonly process: ManagedProcess;
}

interface FleetPlacesDeps {
  readonly plan: FleetPlan;
  readonly options: FleetOptions;
  readonly mains: BundledMains;
  readonly data: DataFolder;
  readonly keys: FleetKeys;
  readonly events: EventList;
}

/** Makes the places that processes fill: each with its configuration written and its interface at hand. */
export class FleetPlaces {
  readonly #deps: FleetPlacesDeps;

  constructor(deps: FleetPlacesDeps) {
    this.#deps = deps;
  }

  oca(planned: PlannedOca): OcaPlace {
    const { plan, keys, data, options, mains } = this.#deps;
    const { ocaId, siteId, baseUrl, oca } = planned;
    const config = ocaProcessConfig(planned, plan, keys, data, options);
    const process = this.#managed(ocaId, `OCA ${ocaId}`, mains.oca, config);
    const control = ocaControlApi(baseUrl, keys.controlToken);
    const { capacityBps } = oca;
    return { ocaId, siteId, baseUrl, capacityBps, control, process, processState: () => process.state };
  }

  region(planned: PlannedRegion, databaseUrl: string): RegionPlace {
    const { plan, keys, data, mains, options } = this.#deps;
    const { regionId, baseUrl } = planned;
    const config = regionProcessConfig(planned, plan, data, databaseUrl, options.controlPlane);
    const process = this.#managed(regionId, `Region ${regionId}`, mains.region, config);
    const api = regionApi(baseUrl, keys.operatorToken);
    return { regionId, baseUrl, api, process, processState: () => process.state };
  }

  #managed(id: string, name: string, main: string, config: object): ManagedProcess {
    const { data, events } = this.#deps;
    const configFile = path.join(data.run, `${id}.json`);
    writePrivateJson(configFile, config);
    const spec = { name, main, configFile, logFile: path.join(data.logs, `${id}.log`) };
    return new ManagedProcess(id, spec, () => events.add(`${name} ended by itself: see ${spec.logFile}`));
  }
}
