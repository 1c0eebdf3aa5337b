import { integerFrom, type Prng, pickFrom, prngFor } from '../simulation/prng.ts';

/** What one session is made of: drawn from its seed alone, before anything runs. */
export interface Scene {
  readonly seed: number;
  /** Index into the titles of the command. */
  readonly title: number;
  readonly viewers: readonly ViewerScene[];
  /** All viewers hang on one line of this rate. */
  readonly bottleneckBps?: number;
  /** Short: the token is renewed during the play. */
  readonly tokenLifetimeMs?: number;
  /** Short: the ranking is refreshed during the play. */
  readonly grantRefreshMs?: number;
  readonly trouble?: TroubleScene;
  /** Wall clocks of regions that jump, and are set right again. */
  readonly regionClocks?: readonly ClockJump[];
  /** Every region dies and comes back. */
  readonly controlPlaneLoss?: Loss;
  /** These take one viewer's connection at once and turn others away. */
  readonly crowdedOcaIds: readonly string[];
}

/** From `atMs` after the session's start on, for `lastsMs`. */
export interface Loss {
  readonly atMs: number;
  readonly lastsMs: number;
}

/** The machines of one region, by its place in the fleet, have the wrong time. */
export interface ClockJump extends Loss {
  readonly region: number;
  readonly skewMs: number;
}

/** From then on, `atMs` after he came, the viewer watches at this speed. */
export interface RateChange {
  readonly atMs: number;
  readonly rate: number;
}

/** The viewer's own line goes away. */
export interface LineLoss extends Loss {
  readonly state: 'hang' | 'reset' | 'refuse';
}

/** What the viewer does, `atMs` after he came. */
export type ViewerAction =
  | { readonly kind: 'seek'; readonly atMs: number; readonly share: number }
  | { readonly kind: 'pause'; readonly atMs: number; readonly lastsMs: number };

export interface ViewerScene {
  readonly clientAddress: string;
  readonly startAfterMs: number;
  readonly bufferGoalMs: number;
  readonly link: LinkScene;
  readonly actions: readonly ViewerAction[];
  readonly rates?: readonly RateChange[];
  readonly lineLosses: readonly LineLoss[];
}

export type LinkScene =
  | { readonly kind: 'steady'; readonly rateBps: number; readonly latencyMs: number }
  | { readonly kind: 'steps'; readonly rateBps: number; readonly latencyMs: number; readonly swing: number }
  /** `share` of the way through the trace at the start. */
  | { readonly kind: 'trace'; readonly file: string; readonly share: number };

export interface TroubleScene {
  /** This OCA is never touched; absent where all may be. */
  readonly healthyOcaId?: string;
  /** Share of the OCAs in trouble before anybody plays. */
  readonly startShare: number;
  /** Pause between two troubles. */
  readonly meanGapMs: number;
  readonly regionShare: number;
  readonly corrupts: boolean;
  readonly clocksJump: boolean;
  readonly drains: boolean;
}

/** Where viewers are, and the OCAs that steering names to them first: those of the site inside their provider. */
const NETWORKS = [
  { prefix: '198.51.100', inReach: ['fjord-1-a', 'fjord-1-b', 'fjord-1-c', 'fjord-1-d'] },
  { prefix: '203.0.113', inReach: ['mesa-1-a', 'mesa-1-b'] },
] as const;

/** Those inside another provider are named to nobody else. */
export function inReachOf(clientAddress: string, ocaIds: readonly string[]): string[] {
  const foreign = NETWORKS.filter(({ prefix }) => !clientAddress.startsWith(prefix)).flatMap(({ inReach }) => [
    ...inReach,
  ]);
  return ocaIds.filter((ocaId) => !foreign.some((other) => other === ocaId));
}

const LINE_LOSSES = ['hang', 'reset', 'refuse'] as const;
const MIN_RATE_BPS = 500_000;
const MAX_RATE_BPS = 40_000_000;

export interface SceneSources {
  readonly titleCount: number;
  /** Names of trace files; empty where there are none. */
  readonly traces: readonly string[];
}

const REGIONS = 3;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const HOUR_MS = 3_600_000;

export function drawScene(seed: number, { titleCount, traces }: SceneSources): Scene {
  const random = prngFor(seed, 'scene');
  // Streams of their own: seeds from before these were drawn keep the rest of their scenes.
  const rateRandom = prngFor(seed, 'playback-rates');
  const network = pickFrom(random, NETWORKS);
  const title = integerFrom(random, 0, titleCount - 1);
  const count = pickFrom(random, [1, 1, 1, 1, 2, 2, 3, 4]);
  const isHousehold = random() < 0.5;
  const firstLink = drawLink(random, traces);
  const viewers = Array.from({ length: count }, (_, i) => ({
    clientAddress: `${network.prefix}.${isHousehold ? 7 : 7 + i}`,
    startAfterMs: i === 0 ? 0 : integerFrom(random, 0, 8000),
    bufferGoalMs: integerFrom(random, 4000, 30_000),
    // Who lives together has one line.
    link: i === 0 || isHousehold ? firstLink : drawLink(random, traces),
    actions: random() < 0.35 ? drawActions(random) : [],
    rates: rateRandom() < 0.15 ? drawRates(rateRandom) : [],
    lineLosses: i === 0 && random() < 0.15 ? drawLineLosses(random) : [],
  }));
  return {
    seed,
    title,
    viewers,
    regionClocks: drawRegionClocks(prngFor(seed, 'region-wall-clocks')),
    ...(count > 1 && !isHousehold && random() < 0.5 && { bottleneckBps: logUniform(random, 2_000_000, MAX_RATE_BPS) }),
    ...(random() < 0.2 && { tokenLifetimeMs: integerFrom(random, 12_000, 60_000) }),
    ...(random() < 0.3 && { grantRefreshMs: integerFrom(random, 5000, 30_000) }),
    ...(random() < 0.8 && { trouble: drawTrouble(random, network.inReach) }),
    ...(random() < 0.12 && {
      controlPlaneLoss: { atMs: integerFrom(random, 0, 30_000), lastsMs: logUniform(random, 2000, 90_000) },
    }),
    crowdedOcaIds: random() < 0.2 ? network.inReach.slice(0, integerFrom(random, 1, network.inReach.length - 1)) : [],
  };
}

function drawRates(random: Prng): RateChange[] {
  return Array.from({ length: integerFrom(random, 1, 3) }, () => ({
    atMs: integerFrom(random, 0, 30_000),
    rate: pickFrom(random, RATES),
  })).sort((a, b) => a.atMs - b.atMs);
}

function drawRegionClocks(random: Prng): ClockJump[] {
  if (random() > 0.12) return [];
  return Array.from({ length: integerFrom(random, 1, 2) }, () => ({
    region: integerFrom(random, 0, REGIONS - 1),
    skewMs: Math.round((random() * 60 - 30) * HOUR_MS),
    atMs: integerFrom(random, 0, 40_000),
    lastsMs: logUniform(random, 1000, 60_000),
  }));
}

function drawActions(random: Prng): ViewerAction[] {
  return Array.from({ length: integerFrom(random, 1, 4) }, () => {
    const atMs = integerFrom(random, 500, 40_000);
    if (random() < 0.6) return { kind: 'seek', atMs, share: random() };
    return { kind: 'pause', atMs, lastsMs: logUniform(random, 200, 60_000) };
  });
}

function drawLineLosses(random: Prng): LineLoss[] {
  let atMs = 0;
  return Array.from({ length: integerFrom(random, 1, 3) }, () => {
    atMs += integerFrom(random, 1000, 20_000);
    const loss = { atMs, lastsMs: logUniform(random, 300, 15_000), state: pickFrom(random, LINE_LOSSES) };
    atMs += loss.lastsMs;
    return loss;
  });
}

function drawLink(random: Prng, traces: readonly string[]): LinkScene {
  const kind = random();
  if (kind < 0.5 && traces.length > 0) return { kind: 'trace', file: pickFrom(random, traces), share: random() };
  const rateBps = logUniform(random, MIN_RATE_BPS, MAX_RATE_BPS);
  const latencyMs = logUniform(random, 1, 80);
  return kind < 0.75
    ? { kind: 'steady', rateBps, latencyMs }
    : { kind: 'steps', rateBps, latencyMs, swing: 1.5 + random() * 3 };
}

function drawTrouble(random: Prng, inReach: readonly string[]): TroubleScene {
  const healthyOcaId = pickFrom(random, inReach);
  return {
    ...(random() < 0.85 && { healthyOcaId }),
    startShare: random() < 0.5 ? 0 : random() * 0.6,
    meanGapMs: logUniform(random, 300, 8000),
    regionShare: random() < 0.3 ? 0.1 : 0,
    corrupts: random() < 0.1,
    clocksJump: random() < 0.2,
    drains: random() < 0.3,
  };
}

function logUniform(random: Prng, min: number, max: number): number {
  return Math.round(min * (max / min) ** random());
}
