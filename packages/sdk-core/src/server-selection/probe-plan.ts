import { type Exclusions, excludedForMs, isUnproven } from './exclusions.ts';
import type { Candidate } from './rank-servers.ts';

export interface ProbePlanInput {
  readonly servers: readonly Candidate[];
  readonly exclusions: Exclusions;
  /** When each server was last heard of, by probe or transfer. */
  readonly heardAtMs: Readonly<Record<string, number>>;
  readonly preferredId?: string;
  readonly nowMs: number;
  /** How long the buffer lasts. */
  readonly bufferMs: number;
  readonly deliveredBytes: number;
  readonly spentBytes: number;
}

export interface ProbePlanConfig {
  /** An idle server is asked again after this long. */
  readonly idleMs: number;
  /** One that failed, as soon as its exclusion is over, but not more often than this. */
  readonly unprovenMs: number;
  /** Below this the link belongs to the media alone. */
  readonly minBufferMs: number;
  /** Share of the delivered bytes that probes may cost. */
  readonly budgetShare: number;
  readonly bytesPerProbe: number;
}

export const PROBE_DEFAULTS: ProbePlanConfig = {
  idleMs: 30_000,
  unprovenMs: 5_000,
  minBufferMs: 5_000,
  budgetShare: 0.01,
  bytesPerProbe: 4096,
};

/** Which idle servers to probe now during play: those that must prove themselves first, then the longest unheard. */
export function planProbes(input: ProbePlanInput, config: ProbePlanConfig = PROBE_DEFAULTS): readonly string[] {
  if (input.bufferMs < config.minBufferMs) return [];
  const leftBytes = input.deliveredBytes * config.budgetShare - input.spentBytes;
  const affordable = Math.max(0, Math.floor(leftBytes / config.bytesPerProbe));
  return input.servers
    .filter((server) => server.ocaId !== input.preferredId && isDue(server, input, config))
    .sort((a, b) => urgency(a, input) - urgency(b, input) || a.rank - b.rank || (a.ocaId < b.ocaId ? -1 : 1))
    .slice(0, affordable)
    .map(({ ocaId }) => ocaId);
}

function isDue(server: Candidate, input: ProbePlanInput, config: ProbePlanConfig): boolean {
  if (excludedForMs(input.exclusions, server, input.nowMs) > 0) return false;
  const silentMs = input.nowMs - (input.heardAtMs[server.ocaId] ?? Number.NEGATIVE_INFINITY);
  return silentMs >= (isUnproven(input.exclusions, server.ocaId) ? config.unprovenMs : config.idleMs);
}

/** Less is sooner. */
function urgency(server: Candidate, { exclusions, heardAtMs }: ProbePlanInput): number {
  return isUnproven(exclusions, server.ocaId) ? Number.NEGATIVE_INFINITY : (heardAtMs[server.ocaId] ?? 0);
}
