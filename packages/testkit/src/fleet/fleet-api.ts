import { schemas } from '@pressplay/protocol';
import type { CatalogTitle, Fault, FleetStatus, OcaControlStatus, TitleSummary } from '@pressplay/protocol/messages';
import { FleetError } from './fleet-error.ts';

/** Long enough for a busy machine: a region that is gone refuses at once. */
const TIMEOUT_MS = 10_000;

/** The operator's side of one region. */
export interface RegionApi {
  fleetStatus(): Promise<FleetStatus>;
  putTitle(title: CatalogTitle): Promise<void>;
}

export function regionApi(baseUrl: string, operatorToken: string): RegionApi {
  return {
    async fleetStatus() {
      return schemas.FleetStatus.parse(await call(`${baseUrl}/v1/fleet`, operatorToken));
    },
    async putTitle(title) {
      await call(`${baseUrl}/v1/titles/${title.titleId}`, operatorToken, 'PUT', title);
    },
  };
}

/** The control side of one OCA: what QA and the supervisor ask it. */
export interface OcaControlApi {
  status(): Promise<OcaControlStatus>;
  setFaults(faults: readonly Fault[]): Promise<void>;
}

export function ocaControlApi(baseUrl: string, controlToken: string): OcaControlApi {
  return {
    async status() {
      return schemas.OcaControlStatus.parse(await call(`${baseUrl}/control/status`, controlToken));
    },
    async setFaults(faults) {
      await call(`${baseUrl}/control/faults`, controlToken, 'PUT', { faults });
    },
  };
}

/** Whether the title can be played, by the first region that answers. */
export function titleIn(status: FleetStatus, titleId: string): TitleSummary | undefined {
  return status.titles.find((title) => title.titleId === titleId);
}

async function call(url: string, bearer: string, method = 'GET', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new FleetError('fleet/bad-answer', `${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return text === '' ? undefined : JSON.parse(text);
}
