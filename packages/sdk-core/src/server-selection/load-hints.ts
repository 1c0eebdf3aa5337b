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

export interface LoadHintConfig {
  /** Duress holds this long after it was heard of last. */
  readonly duressMs: number;
  /** A crowd leaves over this long: the first to go may be enough. */
  readonly leaveWithinMs: number;
  /** What was said of rates is forgotten after this long. */
  readonly memoryMs: number;
}

export const LOAD_HINT_DEFAULTS: LoadHintConfig = { duressMs: 20_000, leaveWithinMs: 12_000, memoryMs: 30_000 };

/** `chance` in [0, 1) spreads the moments at which clients leave. */
export function noteHint(
  hints: LoadHints,
  heard: { readonly ocaId: string; readonly says: ServerSays; readonly nowMs: number; readonly chance: number },
  config: LoadHintConfig = LOAD_HINT_DEFAULTS,
): LoadHints {
  const { ocaId, says, nowMs, chance } = heard;
  const { isInDuress: inDuress, ...rates } = says;
  const isNew = !isInDuress(hints, ocaId, nowMs);
  const leaveAtMs = isNew ? nowMs + chance * config.leaveWithinMs : (hints[ocaId]?.leaveAtMs ?? nowMs);
  const duress = inDuress ? { duressUntilMs: nowMs + config.duressMs, leaveAtMs } : {};
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
export function freshRates(
  hints: LoadHints,
  ocaId: string,
  nowMs: number,
  config: LoadHintConfig = LOAD_HINT_DEFAULTS,
): Pick<LoadHint, 'estimatedBps' | 'maxBps'> {
  const hint = hints[ocaId];
  return hint && nowMs - hint.heardAtMs <= config.memoryMs ? hint : {};
}
