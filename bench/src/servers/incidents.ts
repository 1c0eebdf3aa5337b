import type { World } from '@pressplay/testkit/simulation';

/** What befalls one server, counted from the start of the play. */
export interface Incident {
  readonly name: string;
  readonly spells: readonly Spell[];
  /** How much faster the best of the other servers is, all the time; else they are a little slower. */
  readonly othersFactor?: number;
}

export interface Spell {
  readonly fromMs: number;
  readonly toMs: number;
  /** What is left of its rate, for who plans ahead; 0 where no answer can be had. */
  readonly rateFactor: number;
  readonly addLatencyMs?: number;
  /** How it happens where a factor does not say it all. */
  readonly begin?: (world: World, ocaId: string) => Promise<void> | void;
  readonly end?: (world: World, ocaId: string) => Promise<void> | void;
}

const FROM_MS = 60_000;
const TO_MS = 120_000;
const minute = { fromMs: FROM_MS, toMs: TO_MS };

const dies: Pick<Spell, 'rateFactor' | 'begin' | 'end'> = {
  rateFactor: 0,
  begin: (world, ocaId) => world.killOca(ocaId),
  end: (world, ocaId) => world.restartOca(ocaId),
};

const hangs: Pick<Spell, 'rateFactor' | 'begin' | 'end'> = {
  rateFactor: 0,
  begin: (world, ocaId) => world.setLink(ocaId, { state: 'hang' }),
  end: (world, ocaId) => world.setLink(ocaId, { state: 'up' }),
};

const refuses: Pick<Spell, 'rateFactor' | 'begin' | 'end'> = {
  rateFactor: 0,
  begin: (world, ocaId) => world.setFaults(ocaId, [{ kind: 'status', status: 503, retryAfterS: 5 }]),
  end: (world, ocaId) => world.setFaults(ocaId, []),
};

/** Dead for 6 s, well for 9 s, again and again. */
const flaps = Array.from({ length: 8 }, (_, index): Spell => {
  const fromMs = 30_000 + index * 15_000;
  return { fromMs, toMs: fromMs + 6000, ...dies };
});

export const INCIDENTS: readonly Incident[] = [
  { name: 'none', spells: [] },
  { name: 'dead', spells: [{ ...minute, ...dies }] },
  { name: 'dead-at-start', spells: [{ fromMs: 0, toMs: FROM_MS, ...dies }] },
  { name: 'hung', spells: [{ ...minute, ...hangs }] },
  { name: 'slow', spells: [{ ...minute, rateFactor: 0.12 }] },
  { name: 'half', spells: [{ ...minute, rateFactor: 0.5 }] },
  { name: 'late', spells: [{ ...minute, rateFactor: 1, addLatencyMs: 900 }] },
  { name: 'overloaded', spells: [{ ...minute, ...refuses }] },
  { name: 'flapping', spells: flaps },
  { name: 'better-by-20-%', spells: [], othersFactor: 1.2 },
];
