import { schemas } from '@pressplay/protocol';
import type { PathwayReport } from '@pressplay/protocol/messages';
import { invalid } from '../request-body.ts';

/**
 * What the steering of one player depends on, carried in its URL: no region keeps anything. Only the player's own
 * answers depend on it, so it is not signed.
 */
export interface SteeringState {
  /** OCAs that the manifest names; the first is what clones are made of. */
  readonly named: readonly string[];
  /** Of the media token that the player uses now. */
  readonly tokenExpiresAtS: number;
  /** Whether that token came by clones, in the place of the manifest's. */
  readonly renewed: boolean;
  /** What it measured, the newest last. Undefined before the first answer: players then report a default of theirs. */
  readonly measured?: readonly Measured[];
}

export interface Measured extends PathwayReport {
  readonly atS: number;
}

/** After that an OCA is judged anew. */
const REMEMBERED_S = 600;
const REMEMBERED_OCAS = 8;
const BPS_STEP = 1000;
/** What hls.js and Shaka tell before they have measured anything. */
const NOT_MEASURED_BPS: readonly number[] = [500_000, 1_000_000];
const OCA = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MEASURED = /^([a-z0-9][a-z0-9-]{0,63}):(\d{1,9}):([0-9a-f]{1,12})$/;
const HEX = /^[0-9a-f]{1,12}$/;

export function stateQuery({ named, tokenExpiresAtS, renewed, measured }: SteeringState): string {
  const seen = measured?.map(
    ({ ocaId, throughputBps, atS }) => `${ocaId}:${Math.round(throughputBps / BPS_STEP)}:${atS.toString(16)}`,
  );
  const until = `${renewed ? 'renewed' : 'until'}=${tokenExpiresAtS.toString(16)}`;
  return [`of=${named.join('.')}`, until, ...(seen ? [`seen=${seen.join('.')}`] : [])].join('&');
}

/** @throws ApiError `request/invalid` where it is not what `stateQuery` writes. */
export function readState(query: URLSearchParams): SteeringState {
  const named = (query.get('of') ?? '').split('.');
  const expiry = query.get('renewed') ?? query.get('until') ?? '';
  const seen = query.get('seen');
  const entries = seen ? seen.split('.') : [];
  const matches = entries.map((entry) => MEASURED.exec(entry));
  if (named.length > 10 || !named.every((id) => OCA.test(id)) || !HEX.test(expiry) || matches.includes(null))
    throw invalid('The query', ['of, until, renewed, seen: expected as the manifest or the last answer has them']);
  const measured = matches.map((match) => ({
    ocaId: match?.[1] ?? '',
    throughputBps: Number(match?.[2]) * BPS_STEP,
    atS: Number.parseInt(match?.[3] ?? '', 16),
  }));
  return {
    named,
    tokenExpiresAtS: Number.parseInt(expiry, 16),
    renewed: query.has('renewed'),
    ...(seen !== null && { measured }),
  };
}

export interface PlayerReport {
  readonly reports: readonly PathwayReport[];
  /** dash.js puts the locations in quotes; no other player does. */
  readonly quoted: boolean;
}

/** What the player adds to the query: one pathway and its throughput, or of dash.js a list of each. */
export function readReport(query: URLSearchParams, mouth: 'hls' | 'dash'): PlayerReport | undefined {
  const prefix = mouth === 'hls' ? '_HLS_' : '_DASH_';
  const pathways = query.get(`${prefix}pathway`);
  if (pathways === null) return undefined;
  const quoted = pathways.startsWith('"');
  const rates = (query.get(`${prefix}throughput`) ?? '').split(',');
  const reports = pathways
    .replaceAll('"', '')
    .split(',')
    .flatMap((pathway, at) => {
      const ocaId = ocaOfPathway(pathway.trim());
      const throughputBps = Number(rates[at] || Number.NaN);
      const isKnown =
        schemas.OcaId.safeParse(ocaId).success && throughputBps > 0 && throughputBps < Number.POSITIVE_INFINITY;
      return isKnown && !NOT_MEASURED_BPS.includes(throughputBps) ? [{ ocaId, throughputBps }] : [];
    });
  return { reports: reports.slice(0, REMEMBERED_OCAS), quoted };
}

/** Of a renewed pathway, the part before the dot. */
export const ocaOfPathway = (pathwayId: string): string => pathwayId.split('.', 1)[0] ?? pathwayId;

/** What is known of the OCAs after this report: the newest of each, nothing that is too old. */
export function remember(
  before: readonly Measured[] | undefined,
  reports: readonly PathwayReport[],
  nowS: number,
): readonly Measured[] {
  if (!before) return [];
  const fresh = reports.map((report) => ({ ...report, atS: nowS }));
  const kept = before.filter(
    ({ ocaId, atS }) => nowS - atS < REMEMBERED_S && atS <= nowS && !fresh.some((one) => one.ocaId === ocaId),
  );
  return [...kept, ...fresh].slice(-REMEMBERED_OCAS);
}
