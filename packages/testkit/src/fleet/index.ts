/** Whole fleets of real processes: for `npm start`, for tests, and for QA who want a server to fail. */
export { type DataFolder, openDataFolder } from './data-folder.ts';
export { regionApi } from './fleet-api.ts';
export { FLEET_ERRORS, FleetError, type FleetErrorCode } from './fleet-error.ts';
export {
  type Fleet,
  type FleetOptions,
  type OcaEndpoint,
  REGION_FAILURES,
  type RegionEndpoint,
  type RegionFailure,
} from './fleet-options.ts';
export { addKeptSample, openOrigin } from './origin-titles.ts';
export { DEFAULT_BASE_PORT, type FleetPorts, findFreeBasePort, portsFrom } from './ports.ts';
export { type GuardOptions, guardProcess } from './process-guard.ts';
export { type RequestLogLine, readRequestLog } from './request-log.ts';
export { startFleet } from './start-fleet.ts';
export { type FleetState, readFleetState } from './state-file.ts';
