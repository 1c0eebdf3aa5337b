import type { LearnedRoute } from '@pressplay/protocol/routes';

export interface HoldSettings {
  /** How long the routes of a lost session count on. */
  readonly holdMs: number;
  /** A session that came back has told all when it has told nothing new for so long. */
  readonly settleMs: number;
}

/** A session with a router as it looks now. */
export interface SessionLook {
  readonly up: boolean;
  /** In the daemon's words. */
  readonly reason: string;
  /** The same array as long as nothing has changed. */
  readonly routes: readonly LearnedRoute[];
}

export interface HeldSession {
  /** `held`: lost, its last routes count on. `settling`: back, and what it has not yet told again counts on. */
  readonly state: 'up' | 'settling' | 'held' | 'down';
  readonly reason: string;
  /** What counts now. */
  readonly routes: readonly LearnedRoute[];
  readonly sinceMs: number;
  /** What is left of the hold: used up while held or settling, full again after as long a time without a loss. */
  readonly holdLeftMs: number;
  readonly lookedAtMs: number;
  readonly told: readonly LearnedRoute[];
  readonly toldAtMs: number;
}

const NONE: readonly LearnedRoute[] = [];

/** Never heard of, or, with routes, as an earlier run of the agent left it. */
export function unheardSession(
  { holdMs }: HoldSettings,
  nowMs: number,
  routes: readonly LearnedRoute[] = NONE,
): HeldSession {
  const at = { sinceMs: nowMs, lookedAtMs: nowMs, toldAtMs: nowMs, holdLeftMs: holdMs, told: NONE };
  if (routes.length === 0) return { ...at, state: 'down', reason: 'not heard of yet', routes: NONE };
  return { ...at, state: 'held', reason: 'as it was before a restart', routes };
}

/**
 * A session that is lost and comes back must not move viewers to and fro: its last routes count on for the hold, and on its return until
 * it has told its own again. One that keeps flapping uses the hold up, so that routes without a session never count for longer.
 */
export function holdSession(
  before: HeldSession,
  look: SessionLook,
  nowMs: number,
  { holdMs, settleMs }: HoldSettings,
): HeldSession {
  const passedMs = nowMs - before.lookedAtMs;
  const isHeld = before.state === 'held' || before.state === 'settling';
  const left = isHeld ? before.holdLeftMs - passedMs : before.holdLeftMs;
  const toldAtMs = look.routes === before.told ? before.toldAtMs : nowMs;
  const seen = { reason: look.reason, lookedAtMs: nowMs, told: look.routes, toldAtMs };
  const become = (state: HeldSession['state'], routes: readonly LearnedRoute[], holdLeftMs: number): HeldSession => {
    return { ...seen, state, routes, holdLeftMs, sinceMs: state === before.state ? before.sinceMs : nowMs };
  };
  if (!look.up) {
    if (before.routes.length === 0 || left <= 0) return become('down', NONE, holdMs);
    return become('held', before.routes, left);
  }
  const returns = before.state === 'held' || (before.state === 'settling' && nowMs - toldAtMs < settleMs);
  if (returns && left > 0)
    return become('settling', joined(before.routes, look.routes, seen.told === before.told), left);
  const wasCalm = before.state === 'up' && nowMs - before.sinceMs >= holdMs;
  return become('up', look.routes, wasCalm || before.state === 'down' ? holdMs : Math.max(0, left));
}

function joined(
  kept: readonly LearnedRoute[],
  told: readonly LearnedRoute[],
  unchanged: boolean,
): readonly LearnedRoute[] {
  if (unchanged || told.length === 0) return kept;
  const routes = new Map(kept.map((route) => [route.prefix, route]));
  for (const route of told) routes.set(route.prefix, route);
  return [...routes.values()];
}
