import { isPlayerError, type Player } from '@pressplay/sdk-core';
import { byteViolations, missingSegments, unaccountedBytes } from '../simulation/inspect-play.ts';
import type { SyntheticTitle } from '../simulation/media.ts';
import type { World } from '../simulation/world.ts';
import { type FailureVerdict, judgeFailure } from './judge-failure.ts';
import { promisedTo } from './promises.ts';
import type { Scene } from './scene.ts';
import type { Viewer } from './viewer.ts';

const MOST_SERVERS = 10;
/** Two requests of 2 KiB to each candidate at the start, and as much to those of a later grant; then 1 % of the media. */
const START_PROBE_BYTES = 2 * MOST_SERVERS * 4096;
const PROBE_SHARE = 0.01;

/** What a viewer's play broke of what must hold, a line each. */
export function viewerViolations(
  world: World,
  viewer: Viewer,
  scene: Scene,
  title: SyntheticTitle,
  liars: ReadonlySet<string>,
): string[] {
  const { player } = viewer;
  const play = { world, player, title, liars };
  // Who seeks leaves segments out, and may watch others twice.
  const isWhole = player.state === 'ended' && viewer.scene.actions.every(({ kind }) => kind !== 'seek');
  const found = [
    ...howItEnded(viewer, scene),
    ...failureViolations(world, viewer, scene, liars),
    ...byteViolations(play),
    ...(isWhole ? missingSegments(play) : []),
    ...limitsBroken(viewer),
  ];
  return found.map((text) => `${world.nameOf(player)}: ${text}`);
}

/** Undefined for a play that did not fail. */
export function verdictOf(
  world: World,
  viewer: Viewer,
  scene: Scene,
  liars: ReadonlySet<string>,
): FailureVerdict | undefined {
  const { player, errors, loadedAtMs, failedAtMs = world.clock.nowMs() } = viewer;
  if (player.state !== 'failed') return undefined;
  const error = errors.at(-1);
  return judgeFailure({ world, scene, viewer: viewer.scene, player, error, loadedAtMs, failedAtMs, liars });
}

function failureViolations(world: World, viewer: Viewer, scene: Scene, liars: ReadonlySet<string>): string[] {
  const verdict = verdictOf(world, viewer, scene, liars);
  if (verdict?.kind !== 'avoidable') return [];
  return [
    `failed at ${Math.round(viewer.failedAtMs ?? 0)} ms (${viewer.errors.at(-1)}) though it need not: ${verdict.why}`,
  ];
}

function howItEnded({ player, errors, scene: viewer }: Viewer, scene: Scene): string[] {
  const promised = promisedTo(viewer, scene);
  const { state } = player;
  const { rebufferMs } = player.stats();
  if (state !== 'ended' && state !== 'failed') return [`the play does not end: it is ${state}`];
  if (errors.some((one) => !isPlayerError(one)))
    return [`an error without a type: ${errors.find((one) => !isPlayerError(one))}`];
  if (state === 'failed' && promised.ends) return [`failed though a good server existed: ${errors.at(-1)}`];
  if (promised.rebufferMs !== undefined && rebufferMs > promised.rebufferMs)
    return [`rebuffered ${Math.round(rebufferMs)} ms though a good server existed`];
  return [];
}

function limitsBroken({ player, lowestBufferMs, mostServers }: Viewer): string[] {
  const { probeBytes, deliveredBytes } = player.ledger().bytes;
  const budgetBytes = START_PROBE_BYTES + PROBE_SHARE * deliveredBytes;
  return [
    ...(probeBytes > budgetBytes ? [`probes cost ${probeBytes} of ${Math.round(budgetBytes)} bytes`] : []),
    ...(lowestBufferMs < 0 ? [`the buffer was ${lowestBufferMs} ms`] : []),
    ...(mostServers > MOST_SERVERS ? [`${mostServers} servers were named`] : []),
  ];
}

/** Of the whole world, once its players are closed: every byte accounted for, every timer and request released. */
export async function fleetViolations(world: World, players: readonly Player[]): Promise<string[]> {
  const fleet = new Set([
    ...world.fleet.ocas.map(({ ocaId }) => ocaId),
    ...world.fleet.regions.map((one) => one.regionId),
  ]);
  const running = world.network.running().filter(({ from }) => !fleet.has(from));
  const found = [
    ...unaccountedBytes(world, players),
    ...running.map(({ method, to, path }) => `a closed player still asks: ${method} ${to} ${path}`),
  ];
  for (const oca of world.fleet.ocas) oca.kill();
  for (const region of world.fleet.regions) region.kill();
  await world.advance(1000);
  const { pendingTimers } = world.clock;
  return [...found, ...(pendingTimers > 0 ? [`${pendingTimers} timers outlive everything`] : [])];
}
