import { type Exclusions, excludedForMs, isUnproven } from './exclusions.ts';
import type { Candidate } from './rank-servers.ts';

export interface ProbePlanInput {
  readonly servers: readonly Candidate[];
  readonly exclusions: Exclusions;
  /** When each server was last heard of, by probe or transfer. */
  readonly heardAtMs: Readonly<Record<string, number>>;
  /** How long each server is predicted to take for the same bytes. */
  readonly predictedMs: Readonly<Record<string, number>>;
  readonly preferredId?: string | undefined;
  readonly nowMs: number;
  /** How long the buffer lasts. */
  readonly bufferMs: number;
  readonly deliveredBytes: number;
  readonly spentBytes: number;
}

export interface ProbePlanConfig {
  /** An idle server as good as the preferred one is asked again after this long; */
  readonly closeMs: number;
  /** one that is far behind after this long. */
  readonly clearMs: number;
  /** One that failed, as soon as its exclusion is over, but not more often than this. */
  readonly unprovenMs: number;
  /** Below this the link belongs to the media alone. */
  readonly minBufferMs: number;
  /** Share of the delivered bytes that probes may cost. */
  readonly budgetShare: number;
  readonly bytesPerProbe: number;
}

export const PROBE_DEFAULTS: ProbePlanConfig = {
  closeMs: 12_000,
  clearMs: 90_000,
  unprovenMs: 5_000,
  minBufferMs: 5_000,
  budgetShare: 0.01,
  bytesPerProbe: 4096,
};

export interface ProbePlan {
  readonly ocaIds: readonly string[];
  readonly reason: 'due' | 'none-due' | 'buffer-low' | 'budget-spent';
}

/** Which idle servers to probe now during play: those that must prove themselves first, then the longest overdue. */
export function planProbes(input: ProbePlanInput, config: ProbePlanConfig = PROBE_DEFAULTS): ProbePlan {
  if (input.bufferMs < config.minBufferMs) return { ocaIds: [], reason: 'buffer-low' };
  const leftBytes = input.deliveredBytes * config.budgetShare - input.spentBytes;
  const affordable = Math.max(0, Math.floor(leftBytes / config.bytesPerProbe));
  const due = input.servers
    .map((server) => ({ ...server, overdue: overdue(server, input, config) }))
    .filter(({ overdue }) => overdue >= 1)
    .sort((a, b) => b.overdue - a.overdue || a.rank - b.rank || (a.ocaId < b.ocaId ? -1 : 1))
    .map(({ ocaId }) => ocaId);
  const ocaIds = due.slice(0, affordable);
  return { ocaIds, reason: ocaIds.length > 0 ? 'due' : due.length > 0 ? 'budget-spent' : 'none-due' };
}

export interface ProbeInterval {
  readonly intervalMs: number;
  readonly reason: 'close-race' | 'clear-race';
}

/**
 * How long an idle server may go unasked, by how many times longer it is predicted to take than the preferred one: a
 * small change of its way decides a close race; whoever takes three times as long stays behind for a while.
 */
export function probeInterval(
  predictedMs: number,
  preferredMs: number,
  { closeMs, clearMs }: ProbePlanConfig = PROBE_DEFAULTS,
): ProbeInterval {
  const intervalMs = closeMs * Math.max(1, predictedMs / preferredMs) ** 2;
  return intervalMs < clearMs ? { intervalMs, reason: 'close-race' } : { intervalMs: clearMs, reason: 'clear-race' };
}

/** How many of its intervals a server was not heard of. */
function overdue(server: Candidate, input: ProbePlanInput, config: ProbePlanConfig): number {
  const { exclusions, heardAtMs, predictedMs, preferredId = '', nowMs } = input;
  const { ocaId } = server;
  if (ocaId === preferredId || excludedForMs(exclusions, server, nowMs) > 0) return 0;
  const silentMs = nowMs - (heardAtMs[ocaId] ?? Number.NEGATIVE_INFINITY);
  if (isUnproven(exclusions, ocaId)) return silentMs < config.unprovenMs ? 0 : Number.POSITIVE_INFINITY;
  const ownMs = predictedMs[ocaId] ?? 1;
  return silentMs / probeInterval(ownMs, predictedMs[preferredId] ?? ownMs, config).intervalMs;
}
