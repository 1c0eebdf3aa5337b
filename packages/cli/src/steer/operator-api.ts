import { schemas } from '@pressplay/protocol';
import type {
  Drain,
  FleetStatus,
  ReplayReport,
  RevocationList,
  RevocationRequest,
  Route,
  SteeringExplanations,
} from '@pressplay/protocol/messages';
import type { FleetState } from '@pressplay/testkit/fleet';
import { CliError } from '../cli-error.ts';

const TIMEOUT_MS = 30_000;
/** Keeps each request far from the limit of a body, and a region's pause for reading it short. */
const ROUTES_A_PART = 1000;

type WithoutReason<T> = T extends unknown ? Omit<T, 'reason'> & { readonly reason?: string } : never;
/** Without a reason there is a usual one. */
export type RevocationAsk = WithoutReason<RevocationRequest>;

export interface OperatorApi {
  explain(playId: string): Promise<SteeringExplanations>;
  replay(question: { withoutSites: readonly string[]; sinceMs?: number; limit?: number }): Promise<ReplayReport>;
  /** What the first region that answers knows of the fleet. */
  fleet(): Promise<FleetStatus>;
  /** Takes an OCA or a site out of service; without a reason it ends that. The regions tell each other. */
  drain(drain: Pick<Drain, 'kind' | 'id'>, reason: string | undefined): Promise<void>;
  /** Calls API tokens back. The regions tell each other. */
  revoke(ask: RevocationAsk): Promise<void>;
  revocations(): Promise<RevocationList>;
  /** Answers which regions took the routes. */
  importRoutes(siteId: string, routes: readonly Route[]): Promise<readonly string[]>;
}

/** What operators ask of the regions of a running fleet: the first that answers, or for an import each of them. */
export function operatorApi({ regions, operatorToken }: Pick<FleetState, 'regions' | 'operatorToken'>): OperatorApi {
  const call = async (baseUrl: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new CliError(messageOf(text) ?? `${method} ${path} answered ${response.status}.`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const askFirst = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    for (const { baseUrl } of regions) {
      try {
        return await call(baseUrl, method, path, body);
      } catch (error) {
        if (error instanceof CliError) throw error;
      }
    }
    throw new CliError('No region of the running fleet answers.');
  };
  return {
    explain: async (playId) =>
      schemas.SteeringExplanations.parse(await askFirst('GET', `/v1/steering/decisions/${encodeURIComponent(playId)}`)),
    replay: async (question) => schemas.ReplayReport.parse(await askFirst('POST', '/v1/steering/replay', question)),
    fleet: async () => schemas.FleetStatus.parse(await askFirst('GET', '/v1/fleet')),
    async drain({ kind, id }, reason) {
      const path = `/v1/${kind}s/${encodeURIComponent(id)}/drain`;
      await (reason === undefined ? askFirst('DELETE', path) : askFirst('PUT', path, { reason }));
    },
    async revoke(ask) {
      await askFirst('POST', '/v1/revocations', ask);
    },
    revocations: async () => schemas.RevocationList.parse(await askFirst('GET', '/v1/revocations')),
    async importRoutes(siteId, routes) {
      const parts = partsOf(routes);
      const taken: string[] = [];
      for (const { regionId, baseUrl } of regions) {
        try {
          for (const part of parts) await call(baseUrl, 'PUT', `/v1/sites/${encodeURIComponent(siteId)}/routes`, part);
          taken.push(regionId);
        } catch (error) {
          if (error instanceof CliError) throw error;
        }
      }
      if (taken.length === 0) throw new CliError('No region of the running fleet answers.');
      return taken;
    },
  };
}

function partsOf(routes: readonly Route[]) {
  const importId = crypto.randomUUID();
  const parts = Math.max(1, Math.ceil(routes.length / ROUTES_A_PART));
  return Array.from({ length: parts }, (_, part) => ({
    importId,
    part,
    parts,
    routes: routes.slice(part * ROUTES_A_PART, (part + 1) * ROUTES_A_PART),
  }));
}

function messageOf(text: string): string | undefined {
  try {
    const { error } = schemas.ErrorBody.parse(JSON.parse(text));
    const fields = error.context.issues ?? error.context.fields;
    return Array.isArray(fields) ? `${error.message} ${fields.join('; ')}` : error.message;
  } catch {
    return undefined;
  }
}
