import { type Exclusions, excludedForMs, failureCount, isUnproven } from './exclusions.ts';
import { type Measurement, PREDICTION_DEFAULTS, type PredictionConfig, predictDeliveryMs } from './predict-delivery.ts';

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
  readonly fileId: string;
  readonly nowMs: number;
  readonly bytes: number;
}

export interface RankedServer {
  readonly ocaId: string;
  readonly predictedMs: number;
  /** False where the throughput is only assumed. */
  readonly isMeasured: boolean;
  /** It failed lately or has not been seen to work since: asked only where nothing better exists. */
  readonly excluded: boolean;
}

/**
 * Best first: those not excluded by predicted time to deliver, then the excluded ones by how rarely they failed.
 * Equal servers keep the backend's order, so equal input gives equal output.
 */
export function rankServers(input: RankInput, config: PredictionConfig = PREDICTION_DEFAULTS): readonly RankedServer[] {
  const capBps = reachableBps(input);
  return input.servers
    .map((server) => ({ server, ...rate(server, input, capBps, config) }))
    .sort(
      (a, b) =>
        Number(a.excluded) - Number(b.excluded) ||
        a.failures - b.failures ||
        a.predictedMs - b.predictedMs ||
        a.server.rank - b.server.rank ||
        (a.server.ocaId < b.server.ocaId ? -1 : 1),
    )
    .map(({ server, predictedMs, isMeasured, excluded }) => ({
      ocaId: server.ocaId,
      predictedMs,
      isMeasured,
      excluded,
    }));
}

function rate(server: Candidate, input: RankInput, capBps: number | undefined, config: PredictionConfig) {
  const { measurements, exclusions, fileId, nowMs, bytes } = input;
  const excluded = excludedForMs(exclusions, server, nowMs, fileId) > 0 || isUnproven(exclusions, server.ocaId);
  const context = { rank: server.rank, bytes, nowMs, ...(capBps === undefined ? {} : { capBps }) };
  const measurement = measurements[server.ocaId] ?? {};
  const predictedMs = predictDeliveryMs(measurement, context, config);
  const isMeasured = measurement.throughputBps !== undefined;
  // Past failures of a server that works again do not count against it; among the excluded they decide.
  return { predictedMs, isMeasured, excluded, failures: excluded ? failureCount(exclusions, server.ocaId) : 0 };
}

/** How long a measurement speaks for the client's own link. */
const LINK_MEMORY_MS = 30_000;

/**
 * When servers of two sites were measured, the best of them shows what the client's own link carries: a third is not
 * assumed to be faster. Without it a slow link would send the player round all servers.
 */
function reachableBps({ servers, measurements, nowMs }: RankInput): number | undefined {
  const measured = servers.flatMap((server) => {
    const { throughputBps, sampledAtMs = nowMs } = measurements[server.ocaId] ?? {};
    const isRecent = throughputBps !== undefined && nowMs - sampledAtMs <= LINK_MEMORY_MS;
    return isRecent ? [{ siteId: server.siteId, throughputBps }] : [];
  });
  const siteCount = new Set(measured.map(({ siteId }) => siteId)).size;
  return siteCount < 2 ? undefined : Math.max(...measured.map(({ throughputBps }) => throughputBps));
}
