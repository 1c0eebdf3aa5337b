import { isPlayerError, type Player } from '@pressplay/sdk-core';
import type { World } from '../simulation/world.ts';
import { type Span, WorldTruth } from '../simulation/world-truth.ts';
import { inReachOf, type Scene, type ViewerScene } from './scene.ts';

/** What became of a play that failed, by what was so in the world and not by what the player knew. */
export type FailureVerdict =
  | { readonly kind: 'unavoidable'; readonly cause: 'line' | 'servers' | 'regions' | 'token' | 'wrong-bytes' }
  | { readonly kind: 'avoidable'; readonly why: string };

export interface FailedPlay {
  readonly world: World;
  readonly scene: Scene;
  readonly viewer: ViewerScene;
  readonly player: Player;
  readonly error: unknown;
  readonly loadedAtMs: number;
  readonly failedAtMs: number;
  readonly liars: ReadonlySet<string>;
}

/** A server of the grant that was good for so long before the failure should have been found. */
const FINDABLE_MS = 15_000;
/** One that had to be named by a region first: it reports, and the play asks. */
const NAMEABLE_MS = 45_000;
/** By then every OCA has told a region that started all it has to tell. */
const HEARD_MS = 6000;
/** What a line must have carried for each who shares it. */
const BARE_RATE_BPS = 150_000;
const BARE_LATENCY_MS = 400;

/**
 * While a server that holds the files is reachable no play fails: so each failure is either proven unavoidable by the
 * world's own records, or a violation.
 */
export function judgeFailure(play: FailedPlay): FailureVerdict {
  const { error, liars } = play;
  if (!isPlayerError(error)) return { kind: 'avoidable', why: `an error without a type: ${error}` };
  const [area] = error.code.split('/');
  if (error.code === 'delivery/token-expired') return judgeToken(play);
  if (area === 'delivery' || error.code === 'steering/no-server') return judgeServers(play);
  if (area === 'region') return judgeRegions(play, 0);
  // What a region has not heard since it started it cannot know.
  if (error.code === 'title/not-live') return judgeRegions(play, HEARD_MS);
  if (area === 'media' && liars.size > 0) return { kind: 'unavoidable', cause: 'wrong-bytes' };
  return { kind: 'avoidable', why: `${error.code} has no reason in this world` };
}

function judgeServers(play: FailedPlay): FailureVerdict {
  const { world, player, failedAtMs, loadedAtMs, scene, liars } = play;
  const recently: Span = { fromMs: Math.max(loadedAtMs, failedAtMs - FINDABLE_MS), toMs: failedAtMs };
  const longAgo: Span = { fromMs: failedAtMs - NAMEABLE_MS, toMs: failedAtMs };
  if (!hadLine(play, recently)) return { kind: 'unavoidable', cause: 'line' };
  const truth = new WorldTruth(world, new Set([...scene.crowdedOcaIds, ...liars]));
  const granted = player.stats().servers.map(({ ocaId }) => ocaId);
  const findable = granted.filter((ocaId) => truth.isGood(ocaId, recently));
  if (findable.length > 0) return avoidable(`${findable} good and granted since ${Math.round(recently.fromMs)} ms`);
  if (!hadLine(play, longAgo) || !hadRegion(truth, world, longAgo)) return { kind: 'unavoidable', cause: 'servers' };
  const nameable = reachable(play).filter((ocaId) => truth.isGood(ocaId, longAgo));
  if (nameable.length > 0) return avoidable(`${nameable} good for ${NAMEABLE_MS} ms, with a region to name them`);
  return { kind: 'unavoidable', cause: 'servers' };
}

function judgeRegions(play: FailedPlay, beforeMs: number): FailureVerdict {
  const { world, loadedAtMs, failedAtMs } = play;
  const span = { fromMs: loadedAtMs - beforeMs, toMs: failedAtMs };
  if (!hadLine(play, span)) return { kind: 'unavoidable', cause: 'line' };
  if (hadRegion(new WorldTruth(world), world, span)) return avoidable('a region was up during the whole load');
  return { kind: 'unavoidable', cause: 'regions' };
}

function judgeToken(play: FailedPlay): FailureVerdict {
  const { world, failedAtMs } = play;
  const span = { fromMs: failedAtMs - NAMEABLE_MS, toMs: failedAtMs };
  if (!hadLine(play, span)) return { kind: 'unavoidable', cause: 'line' };
  const truth = new WorldTruth(world);
  if (!hadRegion(truth, world, span)) return { kind: 'unavoidable', cause: 'token' };
  // Clocks that run ahead take fresh tokens for old ones.
  const good = play.player.stats().servers.filter(({ ocaId }) => truth.isGood(ocaId, span));
  if (good.length === 0) return { kind: 'unavoidable', cause: 'servers' };
  return avoidable('a region could have renewed the token');
}

const avoidable = (why: string): FailureVerdict => ({ kind: 'avoidable', why });

function hadRegion(truth: WorldTruth, world: World, span: Span): boolean {
  return world.fleet.regions.some(({ regionId }) => truth.isRegionUp(regionId, span));
}

function hadLine({ world, viewer, scene }: FailedPlay, span: Span): boolean {
  const { viewers, bottleneckBps = Number.POSITIVE_INFINITY } = scene;
  const atHome = viewers.filter(({ clientAddress }) => clientAddress === viewer.clientAddress).length;
  const links = new WorldTruth(world).linksOf(viewer.clientAddress, span);
  if (bottleneckBps / viewers.length < BARE_RATE_BPS) return false;
  return links.every(
    ({ state, rateBps, latencyMs }) =>
      state === 'up' && rateBps / atHome >= BARE_RATE_BPS && latencyMs <= BARE_LATENCY_MS,
  );
}

function reachable({ world, viewer }: FailedPlay): string[] {
  return inReachOf(
    viewer.clientAddress,
    world.fleet.ocas.map(({ ocaId }) => ocaId),
  );
}
