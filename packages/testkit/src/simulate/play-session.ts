import { isPlayerError, type PlayerEvents } from '@pressplay/sdk-core';
import type { SyntheticTitle } from '../simulation/media.ts';
import { integerFrom, type Prng } from '../simulation/prng.ts';
import { sha256Hex } from '../simulation/sha256.ts';
import type { Trace } from '../simulation/trace.ts';
import {
  clockJump,
  corruption,
  draining,
  TROUBLES,
  type Trouble,
  troubleSomebody,
  troubleTheStart,
} from '../simulation/troubles.ts';
import { createWorld, type World } from '../simulation/world.ts';
import { actFor, changeRates, loseControlPlane, loseLines, skewRegions, type Timetable } from './act-scene.ts';
import { fleetViolations, verdictOf, viewerViolations } from './check-session.ts';
import { Happenings } from './happenings.ts';
import { leadLine } from './lead-line.ts';
import { leastRebufferMs, servedRebufferMs } from './least-rebuffering.ts';
import type { Scene, TroubleScene, ViewerScene } from './scene.ts';
import { trueCapacity } from './true-capacity.ts';
import type { Viewer } from './viewer.ts';
import { figuresOf, type ViewerFigures } from './viewer-figures.ts';

export interface SessionResult {
  readonly seed: number;
  readonly viewers: readonly ViewerFigures[];
  readonly virtualMs: number;
  readonly violations: readonly string[];
  /** What happened in it, how often. */
  readonly happenings: Readonly<Record<string, number>>;
  /** Of the log of all events: two runs of one seed have the same. */
  readonly eventsDigest: string;
}

export interface SessionSources {
  readonly titles: readonly SyntheticTitle[];
  trace(name: string): Trace;
}

/** The longest that any play may take: the slowest traces take minutes for a minute. */
const PATIENCE_MS = 30 * 60_000;
/** Nobody's trouble lasts for ever: after that the world is left as it is. */
const TROUBLE_MS = 120_000;
/** The demo's rhythms are brisker: reports would be most of what a session costs. */
const REPORT_MS = 4000;
const REFRESH_MS = 60_000;
/** Everything that a closed player may still do. */
const AFTERMATH_MS = 10_000;

/** Plays one scene to its end and checks what must hold. The same scene gives the same result. */
export async function playSession(scene: Scene, sources: SessionSources): Promise<SessionResult> {
  const title = sources.titles[scene.title];
  if (!title) throw new Error(`There is no title ${scene.title}.`);
  const world = await worldOf(scene, title);
  const happenings = new Happenings();
  const liars = new Set<string>();
  const random = world.random('troubles');
  const troubles = scene.trouble ? troublesOf(scene.trouble, liars) : [];
  if (scene.trouble) {
    const { healthyOcaId, startShare: share } = scene.trouble;
    for (const name of await troubleTheStart(world, random, { troubles, healthyOcaId, share })) happenings.add(name);
  }
  const timetable = timetableOf(world, happenings);
  const lines = layLines(world, scene, sources, random);
  loseLines(timetable, scene.viewers);
  skewRegions(timetable, scene.regionClocks ?? []);
  if (scene.controlPlaneLoss) loseControlPlane(timetable, scene.controlPlaneLoss);
  const viewers = scene.viewers.map((viewer, i) => enter(timetable, viewer, title, i));
  await playOn(world, scene, viewers, troubles, random, happenings);
  timetable.close();
  const figures = viewers.map((viewer) => {
    const hasStalled = viewer.player.stats().rebufferMs > 0;
    const capacity = hasStalled ? trueCapacity(world, { viewer, viewers, scene, liars }) : [];
    return figuresOf(world, viewer, {
      verdict: verdictOf(world, viewer, scene, liars),
      unavoidableRebufferMs: hasStalled ? leastRebufferMs(world, viewer, title, capacity) : 0,
      servedRebufferMs: servedRebufferMs(world, viewer, capacity),
    });
  });
  const violations = viewers.flatMap((viewer) => viewerViolations(world, viewer, scene, title, liars));
  for (const { player } of viewers) player.destroy();
  for (const stop of lines) stop();
  await world.advance(AFTERMATH_MS);
  happenings.countFrom(world);
  const players = viewers.map(({ player }) => player);
  violations.push(...(await fleetViolations(world, players)));
  return {
    seed: scene.seed,
    viewers: figures,
    virtualMs: world.clock.nowMs(),
    violations,
    happenings: happenings.counts(),
    eventsDigest: digestOf(world),
  };
}

function worldOf(
  { seed, tokenLifetimeMs, grantRefreshMs, crowdedOcaIds }: Scene,
  title: SyntheticTitle,
): Promise<World> {
  return createWorld({
    seed,
    titles: [title],
    ocas: { reportIntervalMs: REPORT_MS, fillIntervalMs: REFRESH_MS },
    settingsOf: Object.fromEntries(crowdedOcaIds.map((ocaId) => [ocaId, { maxConnections: 1 }])),
    controlPlane: {
      healthDeadlineMs: 2.5 * REPORT_MS,
      manifestRefreshMs: REFRESH_MS,
      ...(tokenLifetimeMs !== undefined && { tokenLifetimeMs }),
      ...(grantRefreshMs !== undefined && { grantRefreshMs }),
    },
  });
}

function layLines(world: World, scene: Scene, sources: SessionSources, random: Prng): (() => void)[] {
  const homes = new Map(scene.viewers.map(({ clientAddress, link }) => [clientAddress, link]));
  const lines = [...homes].map(([address, link]) => leadLine(world, address, link, sources, random));
  const { bottleneckBps } = scene;
  if (bottleneckBps !== undefined) world.network.shareBottleneck([...homes.keys()], bottleneckBps);
  return lines;
}

function troublesOf({ corrupts, clocksJump, drains }: TroubleScene, liars: Set<string>): Trouble[] {
  const lie: Trouble = {
    name: corruption.name,
    strike: (world, ocaId, random) => {
      liars.add(ocaId);
      return corruption.strike(world, ocaId, random);
    },
  };
  return [...TROUBLES, ...(corrupts ? [lie] : []), ...(clocksJump ? [clockJump] : []), ...(drains ? [draining] : [])];
}

function timetableOf(world: World, happenings: Happenings): Timetable {
  const cancels = new Set<() => void>();
  return {
    world,
    happenings,
    at: (delayMs, act) => void cancels.add(world.clock.schedule(delayMs, act)),
    close: () => {
      for (const cancel of cancels) cancel();
    },
  };
}

function enter(timetable: Timetable, scene: ViewerScene, title: SyntheticTitle, index: number): Viewer {
  const { world } = timetable;
  const { clientAddress, bufferGoalMs, startAfterMs } = scene;
  const player = world.createPlayer({ clientAddress, bufferGoalMs, accountId: `viewer-${index + 1}` });
  const loadedAtMs = world.clock.nowMs() + startAfterMs;
  const viewer: Viewer = { scene, player, errors: [], lowestBufferMs: 0, mostServers: 0, loadedAtMs };
  player.on('error', ({ error }: PlayerEvents['error']) => {
    viewer.errors.push(error);
    viewer.failedAtMs = world.clock.nowMs();
  });
  const load = (): void => {
    player.load(title.title.titleId).catch((error: unknown) => {
      if (!isPlayerError(error)) viewer.errors.push(error);
    });
  };
  if (startAfterMs === 0) load();
  else world.clock.schedule(startAfterMs, load);
  actFor(timetable, viewer, title.title.durationMs);
  changeRates(timetable, viewer);
  return viewer;
}

/** Until everybody's play is over, with troubles in between. */
async function playOn(
  world: World,
  { trouble }: Scene,
  viewers: readonly Viewer[],
  troubles: readonly Trouble[],
  random: Prng,
  happenings: Happenings,
): Promise<void> {
  const isOver = (): boolean => viewers.every(({ player }) => player.state === 'ended' || player.state === 'failed');
  const startedAtMs = world.clock.nowMs();
  const spentMs = (): number => world.clock.nowMs() - startedAtMs;
  const servingOcaId = (): string | undefined => viewers[0]?.player.stats().ocaId;
  while (!isOver() && spentMs() < PATIENCE_MS) {
    const gapMs = trouble ? integerFrom(random, trouble.meanGapMs * 0.2, trouble.meanGapMs * 1.8) : 1000;
    await runFor(world, gapMs, isOver);
    for (const viewer of viewers) look(viewer);
    if (!trouble || isOver() || spentMs() > TROUBLE_MS) continue;
    const { healthyOcaId, regionShare } = trouble;
    happenings.add(await troubleSomebody(world, random, { troubles, healthyOcaId, regionShare, servingOcaId }));
  }
}

/** Exactly so long, unless it is over before: `runUntil` alone stays at the last timer that fired. */
async function runFor(world: World, durationMs: number, isOver: () => boolean): Promise<void> {
  const endMs = world.clock.nowMs() + durationMs;
  if (!(await world.clock.runUntil(isOver, durationMs))) await world.advance(endMs - world.clock.nowMs());
}

function look(viewer: Viewer): void {
  const { bufferAheadMs, servers } = viewer.player.stats();
  viewer.lowestBufferMs = Math.min(viewer.lowestBufferMs, bufferAheadMs);
  viewer.mostServers = Math.max(viewer.mostServers, servers.length);
}

function digestOf(world: World): string {
  return sha256Hex(new TextEncoder().encode(JSON.stringify(world.events))).slice(0, 16);
}
