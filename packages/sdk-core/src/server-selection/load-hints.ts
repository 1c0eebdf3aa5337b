import type { ServerSays } from './read-cmsd.ts';

/** What a server said last of its own load. Deadlines, not timers. */
export interface LoadHint {
  readonly heardAtMs: number;
  /** It asks to be left until then, unless it says otherwise before. */
  readonly duressUntilMs?: number;
  /** When this client follows: each at its own moment, so that not all leave at once. */
  readonly leaveAtMs?: number;
  readonly estimatedBps?: number | undefined;
  readonly maxBps?: number | undefined;
}

/** By OCA id. */
export type LoadHints = Readonly<Record<string, LoadHint>>;

export const NO_HINTS: LoadHints = {};

/** Duress holds this long after it was heard of last. */
export const DURESS_MS = 20_000;
/** A crowd leaves over this long: the first to go may be enough. */
export const LEAVE_WITHIN_MS = 12_000;
/** What was said of rates is forgotten after this long. */
export const HINT_MEMORY_MS = 30_000;

/** `chance` in [0, 1) spreads the moments at which clients leave. */
export function noteHint(
  hints: LoadHints,
  heard: { readonly ocaId: string; readonly says: ServerSays; readonly nowMs: number; readonly chance: number },
): LoadHints {
  const { ocaId, says, nowMs, chance } = heard;
  const { isInDuress: inDuress, ...rates } = says;
  const isNew = !isInDuress(hints, ocaId, nowMs);
  const leaveAtMs = isNew ? nowMs + chance * LEAVE_WITHIN_MS : (hints[ocaId]?.leaveAtMs ?? nowMs);
  const duress = inDuress ? { duressUntilMs: nowMs + DURESS_MS, leaveAtMs } : {};
  return { ...hints, [ocaId]: { heardAtMs: nowMs, ...rates, ...duress } };
}

export function isInDuress(hints: LoadHints, ocaId: string, nowMs: number): boolean {
  return nowMs < (hints[ocaId]?.duressUntilMs ?? 0);
}

/** In duress, and this client's moment to leave has come. */
export function isToBeLeft(hints: LoadHints, ocaId: string, nowMs: number): boolean {
  return isInDuress(hints, ocaId, nowMs) && nowMs >= (hints[ocaId]?.leaveAtMs ?? nowMs);
}

/** The rates a server named, while they are fresh. */
export function freshRates(hints: LoadHints, ocaId: string, nowMs: number): Pick<LoadHint, 'estimatedBps' | 'maxBps'> {
  const hint = hints[ocaId];
  return hint && nowMs - hint.heardAtMs <= HINT_MEMORY_MS ? hint : {};
}
