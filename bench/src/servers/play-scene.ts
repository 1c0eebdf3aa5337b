import type { HttpClient, Player } from '@pressplay/sdk-core';
import { DEMO_FLEET } from '@pressplay/testkit';
import { createWorld, synthesizeTitle, type World, type WorldOptions } from '@pressplay/testkit/simulation';
import type { Incident } from './incidents.ts';
import type { Line } from './lines.ts';
import { firstServerOf, redirectingMedia, seeingGrant } from './one-server.ts';
import { finishMs, lineCarries, type Path, pathOf } from './paths.ts';

/** Who chooses the server: the SDK; nobody, it is always the first; or one who knows the future. */
export type Chooser = 'ours' | 'sticky' | 'oracle';

export interface Scene {
  readonly seed: number;
  readonly line: Line;
  readonly incident: Incident;
  readonly serverCount: 3 | 5 | 10;
}

export interface Outcome {
  /** Per segment, as a share of the top rate: rate, less its changes, less stalls and start-up at the top rate. */
  readonly qoe: number;
  readonly stallMs: number;
  readonly moves: number;
  readonly probeShare: number;
  readonly lostShare: number;
}

/** The ladder that published comparisons use. */
const LADDER_BPS = [300_000, 750_000, 1_200_000, 1_850_000, 2_850_000, 4_300_000];
const TOP_BPS = 4_300_000;
const SEGMENT_MS = 4000;
const DURATION_MS = 200_000;
const SEGMENTS = DURATION_MS / SEGMENT_MS;
const PATIENCE_MS = 600_000;
const CLIENT = '198.51.100.7';
const REST_MS = 300_000;

const title = synthesizeTitle({
  titleId: 'long-1',
  durationMs: DURATION_MS,
  segmentMs: SEGMENT_MS,
  videoBps: LADDER_BPS,
  audioBps: 0,
});

const OCAS: Readonly<Record<Scene['serverCount'], readonly string[]>> = {
  3: ['fjord-1-a', 'ix-1-a', 'core-1-a'],
  5: ['fjord-1-a', 'fjord-1-b', 'ix-1-a', 'ix-1-b', 'core-1-a'],
  10: DEMO_FLEET.sites.flatMap(({ ocas }) => ocas.map(({ ocaId }) => ocaId)).filter((id) => !id.startsWith('mesa')),
};

/** A title of 200 s over these ways, with the real SDK, control plane and OCAs in virtual time. */
export async function playScene(scene: Scene, chooser: Chooser): Promise<Outcome> {
  const world = await createWorld({ ...optionsFor(scene), titles: [title] });
  const paths = new Map<string, Path>();
  let stops: (() => void)[] = [];
  const granted = seeingGrant(
    ({ servers }) => {
      // By now the ranks are known; nothing was asked of a server yet.
      servers.forEach(({ baseUrl }, rank) => void paths.set(baseUrl, pathOf(scene.line, scene.incident, rank)));
      stops = begin(
        world,
        scene,
        servers.map(({ ocaId }) => ocaId),
      );
    },
    chooser === 'ours' ? undefined : firstServerOf,
  );
  const best = redirectingMedia((bytes) => quickest(paths, world.clock.nowMs() - startedAtMs(), bytes));
  const wrapHttp = (next: HttpClient): HttpClient => granted(chooser === 'oracle' ? best(next) : next);
  const player = world.createPlayer({ clientAddress: CLIENT, wrapHttp });
  let grantedAtMs = 0;
  const startedAtMs = (): number => grantedAtMs;
  player.on('play-granted', () => {
    grantedAtMs = world.clock.nowMs();
  });
  player.load('long-1').catch(() => {});
  await world.clock.runUntil(() => player.state === 'ended' || player.state === 'failed', PATIENCE_MS);
  const outcome = outcomeOf(world, player);
  player.destroy();
  for (const stop of stops) stop();
  return outcome;
}

function optionsFor({ seed, serverCount }: Scene): WorldOptions {
  const ocaIds = new Set(OCAS[serverCount]);
  const sites = DEMO_FLEET.sites.map((site) => ({ ...site, ocas: site.ocas.filter(({ ocaId }) => ocaIds.has(ocaId)) }));
  return {
    seed,
    fleetFile: { ...DEMO_FLEET, sites: sites.filter(({ ocas }) => ocas.length > 0) },
    ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS },
    controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS, copiesNeeded: 1, sitesNeeded: 1 },
  };
}

/** From now on the ways to the servers are those of the scene, and what befalls the first of them happens. */
function begin(world: World, { line, incident }: Scene, ocaIds: readonly string[]): (() => void)[] {
  const stops = [world.followTrace(CLIENT, lineCarries(line, incident))];
  ocaIds.forEach((ocaId, rank) => void stops.push(world.followTrace(ocaId, pathOf(line, incident, rank).trace)));
  const [first = ''] = ocaIds;
  for (const { fromMs, toMs, begin: start, end } of incident.spells) {
    if (start) stops.push(world.clock.schedule(fromMs, () => void start(world, first)));
    if (end) stops.push(world.clock.schedule(toMs, () => void end(world, first)));
  }
  return stops;
}

function quickest(paths: ReadonlyMap<string, Path>, atMs: number, bytes: number): string | undefined {
  let best: { readonly baseUrl: string; readonly atMs: number } | undefined;
  for (const [baseUrl, path] of paths) {
    const doneMs = finishMs(path, atMs, bytes);
    if (!best || doneMs < best.atMs) best = { baseUrl, atMs: doneMs };
  }
  return best?.baseUrl;
}

function outcomeOf(world: World, player: Player): Outcome {
  const { rebufferMs, startupMs = PATIENCE_MS, bytes } = player.stats();
  const rates = new Array<number>(SEGMENTS).fill(0);
  for (const { outcome, segmentNumber, renditionId } of world.witnessed(player)) {
    const view = player.presentation?.video.find((one) => one.renditionId === renditionId);
    if (outcome === 'complete') rates[segmentNumber] = view?.averageBps ?? 0;
  }
  // What a play that failed never showed is waited for as long as it would have lasted.
  const unseenMs = rates.filter((rate) => rate === 0).length * SEGMENT_MS;
  const changes = rates.slice(1).reduce((sum, rate, index) => sum + Math.abs(rate - (rates[index] ?? 0)), 0);
  const waitedS = (rebufferMs + startupMs + unseenMs) / 1000;
  const total = rates.reduce((sum, rate) => sum + rate, 0) - changes - TOP_BPS * waitedS;
  const moved = world.events.filter(
    ({ name, detail }) => name === 'server-changed' && (detail as { from?: string }).from !== undefined,
  );
  const delivered = Math.max(1, bytes.deliveredBytes);
  return {
    qoe: total / SEGMENTS / TOP_BPS,
    stallMs: rebufferMs + unseenMs,
    moves: moved.length,
    probeShare: bytes.probeBytes / delivered,
    lostShare: bytes.lostBytes / delivered,
  };
}
