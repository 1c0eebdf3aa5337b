import { type Exclusions, excludedForMs, failureCount, isUnproven, mayStillHelp } from './exclusions.ts';
import { isInDuress, type LoadHints, NO_HINTS } from './load-hints.ts';
import { type Prediction, predictDelivery } from './predict-delivery.ts';
import type { Measurement } from './rate-belief.ts';
import { type RateModel, rateBelief } from './rate-model.ts';

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
  /** Of `nowMs`. */
  readonly rates: RateModel;
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
export function rankServers(input: RankInput): readonly RankedServer[] {
  const { servers, exclusions, nowMs, fileId } = input;
  const isOpen = (server: Candidate): boolean => excludedForMs(exclusions, server, nowMs, fileId) === 0;
  const open = servers.filter(isOpen);
  const well = open.filter(({ ocaId }) => !isUnproven(exclusions, ocaId));
  // Whom only one server is left need not wait for a proof, which with a low buffer would never come.
  const asked = new Set(well.length < 2 ? open : well);
  return servers
    .map((server) => rate(server, !asked.has(server), input))
    .sort(
      (a, b) =>
        Number(a.excluded) - Number(b.excluded) ||
        a.failures - b.failures ||
        Number(a.inDuress) - Number(b.inDuress) ||
        a.predictedMs - b.predictedMs ||
        a.rank - b.rank ||
        (a.ocaId < b.ocaId ? -1 : 1),
    );
}

function rate(server: Candidate, excluded: boolean, input: RankInput) {
  const { measurements, exclusions, hints = NO_HINTS, nowMs, bytes, rates } = input;
  const { ocaId, rank } = server;
  const measurement = measurements[ocaId] ?? {};
  // Field by field: with fields after a spread V8 makes each in its slow way, ten servers at each range.
  const { latencyMs, belief, predictedMs } = predictDelivery(measurement, rateBelief(rates, server), bytes);
  return {
    latencyMs,
    belief,
    predictedMs,
    ocaId,
    rank,
    isMeasured: measurement.usualBps !== undefined,
    excluded,
    mayHelp: mayStillHelp(exclusions, ocaId, nowMs),
    inDuress: isInDuress(hints, ocaId, nowMs),
    // Past failures of a server that works again do not count against it; among the excluded they decide.
    failures: excluded ? failureCount(exclusions, ocaId) : 0,
  };
}
