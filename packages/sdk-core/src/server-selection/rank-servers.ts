import { type Exclusions, excludedForMs, failureCount, isUnproven, mayStillHelp } from './exclusions.ts';
import { isInDuress, type LoadHints, NO_HINTS } from './load-hints.ts';
import {
  AT_WORK_MS,
  type LinkView,
  PREDICTION_DEFAULTS,
  type Prediction,
  type PredictionConfig,
  predictDelivery,
} from './predict-delivery.ts';
import type { Measurement } from './rate-belief.ts';

/** A server that holds the file. Those that lack it are not named here at all. */
export interface Candidate {
  readonly ocaId: string;
  readonly siteId: string;
  /** The backend's order, 0 is best: the prior where nothing is measured. */
  readonly rank: number;
}

export interface RankInput {
  readonly servers: readonly Candidate[];
  /** By OCA id. */
  readonly measurements: Readonly<Record<string, Measurement>>;
  readonly exclusions: Exclusions;
  /** What servers said of their own load. */
  readonly hints?: LoadHints;
  readonly fileId: string;
  readonly nowMs: number;
  readonly bytes: number;
  /** How probable it is that a change of one server's rate is one of the client's link. */
  readonly linkShare?: number;
}

export interface RankedServer extends Prediction {
  readonly ocaId: string;
  /** False where the throughput is only assumed. */
  readonly isMeasured: boolean;
  /** It failed lately; or it has not been seen to work since, and there are two others. Asked only where nothing better exists. */
  readonly excluded: boolean;
  /** It failed without asking to be left alone: may be asked for what would come too late otherwise. */
  readonly mayHelp: boolean;
  /** It asks to be left: works, but only where nobody else does as well. */
  readonly inDuress: boolean;
}

/**
 * Best first: those that are well by predicted time to deliver, then those in duress, then the excluded ones by how
 * rarely they failed. Equal servers keep the backend's order, so equal input gives equal output.
 */
export function rankServers(
  input: RankInput,
  defaults: PredictionConfig = PREDICTION_DEFAULTS,
): readonly RankedServer[] {
  const link = linkView(input);
  const config = { ...defaults, linkShare: input.linkShare ?? defaults.linkShare };
  const { servers, exclusions, nowMs, fileId } = input;
  const isOpen = (server: Candidate): boolean => excludedForMs(exclusions, server, nowMs, fileId) === 0;
  const open = servers.filter(isOpen);
  const well = open.filter(({ ocaId }) => !isUnproven(exclusions, ocaId));
  // Whom only one server is left need not wait for a proof, which with a low buffer would never come.
  const asked = new Set(well.length < 2 ? open : well);
  return servers
    .map((server) => ({ server, ...rate(server, !asked.has(server), input, link, config) }))
    .sort(
      (a, b) =>
        Number(a.excluded) - Number(b.excluded) ||
        a.failures - b.failures ||
        Number(a.inDuress) - Number(b.inDuress) ||
        a.predictedMs - b.predictedMs ||
        a.server.rank - b.server.rank ||
        (a.server.ocaId < b.server.ocaId ? -1 : 1),
    )
    .map(({ server, failures: _, ...ranked }) => ({ ocaId: server.ocaId, ...ranked }));
}

function rate(
  server: Candidate,
  excluded: boolean,
  input: RankInput,
  link: LinkView | undefined,
  config: PredictionConfig,
) {
  const { measurements, exclusions, hints = NO_HINTS, nowMs, bytes } = input;
  const measurement = measurements[server.ocaId] ?? {};
  const context = { rank: server.rank, bytes, nowMs, ...(link ? { link } : {}) };
  return {
    ...predictDelivery(measurement, context, config),
    isMeasured: measurement.throughputBps !== undefined,
    excluded,
    mayHelp: mayStillHelp(exclusions, server.ocaId, nowMs),
    inDuress: isInDuress(hints, server.ocaId, nowMs),
    // Past failures of a server that works again do not count against it; among the excluded they decide.
    failures: excluded ? failureCount(exclusions, server.ocaId) : 0,
  };
}

/** How long a measurement speaks for the client's own link. */
const LINK_MEMORY_MS = 30_000;
const LINK_NOW_MS = 10_000;

/**
 * The best of the servers measured lately shows what the client's own link carries. Without it a slow link would send
 * the player round all servers.
 */
function linkView({ servers, measurements, nowMs }: RankInput): LinkView | undefined {
  const measured = servers.flatMap(({ ocaId, siteId }) => {
    const {
      throughputBps,
      sampledAtMs = nowMs,
      quickBps,
      usualBps,
      deviation = 0,
      busyMs = 0,
    } = measurements[ocaId] ?? {};
    if (throughputBps === undefined) return [];
    const paces = { quickBps: quickBps || throughputBps, usualBps: usualBps || throughputBps };
    return [{ siteId, throughputBps, ...paces, deviation, busyMs, ageMs: nowMs - sampledAtMs }];
  });
  const now = measured.filter(({ ageMs }) => ageMs <= LINK_NOW_MS);
  const isKnown = new Set(now.map(({ siteId }) => siteId)).size >= 2;
  const telling = isKnown ? now : measured.filter(({ ageMs }) => ageMs <= LINK_MEMORY_MS);
  if (telling.length === 0) return undefined;
  const change = ({ quickBps, usualBps }: (typeof now)[number]): number => Math.abs(Math.log(quickBps / usualBps));
  const [atWork] = now.filter(({ ageMs }) => ageMs <= AT_WORK_MS).sort((a, b) => change(a) - change(b));
  const { deviation } = telling.reduce((a, b) => (b.busyMs > a.busyMs ? b : a));
  return {
    bps: Math.max(...telling.map(({ throughputBps }) => throughputBps)),
    isKnown,
    deviation,
    ...(atWork && { atWork }),
  };
}
