import type { World } from '../simulation/world.ts';
import { WorldTruth } from '../simulation/world-truth.ts';
import { inReachOf, type Scene } from './scene.ts';
import type { Viewer } from './viewer.ts';

/** From `atMs` on, up to the next step. */
export interface CapacityStep {
  readonly atMs: number;
  readonly bps: number;
}

/**
 * What could have come to a viewer at best, by what was so in the world: his share of the line, from the fastest server
 * that worked, while some region could have renewed his token.
 */
export function trueCapacity(
  world: World,
  {
    viewer,
    viewers,
    scene,
    liars,
  }: { viewer: Viewer; viewers: readonly Viewer[]; scene: Scene; liars: ReadonlySet<string> },
): CapacityStep[] {
  const truth = new WorldTruth(world, new Set([...scene.crowdedOcaIds, ...liars]));
  const address = viewer.scene.clientAddress;
  const ocaIds = inReachOf(
    address,
    world.fleet.ocas.map(({ ocaId }) => ocaId),
  );
  const { bottleneckBps = Number.POSITIVE_INFINITY, tokenLifetimeMs } = scene;
  const watching = viewers.map((one) => ({ ...spanOf(world, one), address: one.scene.clientAddress }));
  return momentsOf(world, watching, tokenLifetimeMs ?? 0).map((atMs) => {
    const now = { fromMs: atMs, toMs: atMs };
    const there = watching.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
    const atHome = there.filter((one) => one.address === address).length;
    const [line] = truth.linksOf(address, now);
    const lineBps = !line || line.state === 'hang' ? 0 : line.rateBps / Math.max(1, atHome);
    const serverBps = Math.max(0, ...ocaIds.map((ocaId) => truth.rateBpsOf(ocaId, atMs)));
    const hasToken = tokenLifetimeMs === undefined || couldRenew(truth, world, atMs, tokenLifetimeMs);
    return { atMs, bps: hasToken ? Math.min(lineBps, serverBps, bottleneckBps / Math.max(1, there.length)) : 0 };
  });
}

function spanOf(world: World, { player, loadedAtMs }: Viewer): { fromMs: number; toMs: number } {
  const name = world.nameOf(player);
  const end = world.events.find(({ source, name: event }) => source === name && event === 'play-ended');
  return { fromMs: loadedAtMs, toMs: end?.atMs ?? Number.POSITIVE_INFINITY };
}

/** Whenever something may have changed. */
function momentsOf(
  world: World,
  watching: readonly { readonly fromMs: number; readonly toMs: number }[],
  tokenLifetimeMs: number,
): number[] {
  const done = world.events.filter(({ source }) => source === 'world').map(({ atMs }) => atMs);
  const lines = world.network.linkChanges().map(({ atMs }) => atMs);
  const people = watching.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const tokens = done.map((atMs) => atMs + tokenLifetimeMs);
  const moments = new Set([...done, ...lines, ...people, ...tokens].filter(Number.isFinite));
  return [...moments].sort((a, b) => a - b);
}

/** A region was there at some moment of the last token's life. */
function couldRenew(truth: WorldTruth, world: World, atMs: number, tokenLifetimeMs: number): boolean {
  const fromMs = atMs - tokenLifetimeMs;
  const moments = [
    fromMs,
    ...world.events.filter((one) => one.atMs > fromMs && one.atMs <= atMs).map((one) => one.atMs),
  ];
  return world.fleet.regions.some(({ regionId }) =>
    moments.some((moment) => truth.isRegionUp(regionId, { fromMs: moment, toMs: moment })),
  );
}
