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

/** An idle server as good as the preferred one is asked again after this long; */
export const CLOSE_MS = 12_000;
/** one that is far behind after this long. */
export const CLEAR_MS = 90_000;
/** One that failed, as soon as its exclusion is over, but not more often than this. */
const UNPROVEN_MS = 5_000;
/** Below this the link belongs to the media alone. */
export const MIN_BUFFER_MS = 5_000;
/** Share of the delivered bytes that probes may cost. */
const BUDGET_SHARE = 0.01;
export const BYTES_PER_PROBE = 4096;

export interface ProbePlan {
  readonly ocaIds: readonly string[];
  readonly reason: 'due' | 'none-due' | 'buffer-low' | 'budget-spent';
}

/** Which idle servers to probe now during play: those that must prove themselves first, then the longest overdue. */
export function planProbes(input: ProbePlanInput): ProbePlan {
  if (input.bufferMs < MIN_BUFFER_MS) return { ocaIds: [], reason: 'buffer-low' };
  const leftBytes = input.deliveredBytes * BUDGET_SHARE - input.spentBytes;
  const affordable = Math.max(0, Math.floor(leftBytes / BYTES_PER_PROBE));
  const due = input.servers
    .map((server) => ({ ...server, overdue: overdue(server, input) }))
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
export function probeInterval(predictedMs: number, preferredMs: number): ProbeInterval {
  const intervalMs = CLOSE_MS * Math.max(1, predictedMs / preferredMs) ** 2;
  return intervalMs < CLEAR_MS ? { intervalMs, reason: 'close-race' } : { intervalMs: CLEAR_MS, reason: 'clear-race' };
}

/** How many of its intervals a server was not heard of. */
function overdue(server: Candidate, input: ProbePlanInput): number {
  const { exclusions, heardAtMs, predictedMs, preferredId = '', nowMs } = input;
  const { ocaId } = server;
  if (ocaId === preferredId || excludedForMs(exclusions, server, nowMs) > 0) return 0;
  const silentMs = nowMs - (heardAtMs[ocaId] ?? Number.NEGATIVE_INFINITY);
  if (isUnproven(exclusions, ocaId)) return silentMs < UNPROVEN_MS ? 0 : Number.POSITIVE_INFINITY;
  const ownMs = predictedMs[ocaId] ?? 1;
  return silentMs / probeInterval(ownMs, predictedMs[preferredId] ?? ownMs).intervalMs;
}
