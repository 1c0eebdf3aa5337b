import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Fault } from '@pressplay/protocol/messages';
import {
  abandonment,
  EVERY_CODEC,
  fragmentedMp4,
  HeadlessEngine,
  nodeClock,
  nodeHttpClient,
  nodeRandom,
  Player,
  type PlayerEvents,
} from '@pressplay/sdk-node';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HalfWay, tellHalfWay } from './half-way.ts';
import { missingBuild } from './supervisor.ts';

/** Paced in user space: else the kernel swallows a segment before anybody can break its server. */
const PACE_BPS = 8_000_000;
const LARGE_RANGE_BYTES = 500_000;
const GOES_ON_MS = 6000;
const FJORD_CLIENT = '198.51.100.7';

const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-headless-'));
let fleet: Fleet;
let titleId: string;
let player: Player | undefined;

beforeAll(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  const ports = portsFrom(await findFreeBasePort());
  fleet = await startFleet({ dataDir, ports, database: 'embedded', paceBps: PACE_BPS, titles: 'sample' });
  titleId = fleet.snapshot().titles[0]?.titleId ?? '';
  await fleet.waitUntilLive(titleId);
}, 300_000);

afterEach(async () => {
  player?.destroy();
  const { ocas, regions } = fleet.snapshot();
  await Promise.all([
    ...ocas.filter(({ process }) => process !== 'up').map(({ ocaId }) => fleet.restartOca(ocaId)),
    ...ocas
      .filter(({ process, faults }) => process === 'up' && faults.length > 0)
      .map(({ ocaId }) => fleet.setFaults(ocaId, [])),
    ...regions.filter(({ process }) => process !== 'up').map(({ regionId }) => fleet.restartRegion(regionId)),
  ]);
}, 300_000);

afterAll(async () => {
  await fleet?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 300_000);

describe('a headless play against real processes, its server broken in the middle of a large segment', () => {
  it('killed: goes on from the byte it had reached', () => breakAndProve((ocaId) => fleet.killOca(ocaId)));
  it('hanging: it accepts and sends nothing more', () => breakAndProve(faulty({ kind: 'stall', afterBytes: 0 })));
  it('answering 503', () => breakAndProve(faulty({ kind: 'status', status: 503 })));
  it('slowed to 200 kbit/s', () => breakAndProve(faulty({ kind: 'rate', rateBps: 200_000 })));
}, 180_000);

it('a region killed before the next play: the next region grants it', { timeout: 180_000 }, async () => {
  const [first, second] = fleet.regions;
  await fleet.killRegion(first?.regionId ?? '');
  const failovers: PlayerEvents['region-failover'][] = [];
  const play = await begin();
  play.on('region-failover', (event) => failovers.push(event));
  await play.load(titleId);
  await until(() => play.stats().positionMs > 1000);
  expect(play.stats().region).toBe(second?.regionId);
  expect(failovers).toMatchObject([{ from: first?.regionId, to: second?.regionId }]);
});

function faulty(fault: Fault): (ocaId: string) => Promise<void> {
  return (ocaId) => fleet.setFaults(ocaId, [fault]);
}

/** Replaces nothing that is buffered: a slow replacement is given up, where a segment that is wanted changes servers. */
class ForwardEngine extends HeadlessEngine {
  override readonly abilities = { abandonment, segmentGate: fragmentedMp4 };
}

async function begin(onHalfWay: (at: HalfWay) => void = () => {}): Promise<Player> {
  const http = tellHalfWay(nodeHttpClient(), LARGE_RANGE_BYTES, onHalfWay);
  const engine = new ForwardEngine({ clock: nodeClock });
  player = new Player(
    {
      regions: fleet.regions,
      accessToken: await fleet.accessToken(),
      device: EVERY_CODEC,
      clientAddress: FJORD_CLIENT,
    },
    { clock: nodeClock, http, random: nodeRandom, engine },
  );
  return player;
}

/** No stall, every byte of the segment from one server only, and the next OCA asked for exactly the first undelivered byte. */
async function breakAndProve(breakOca: (ocaId: string) => Promise<void>): Promise<void> {
  let halfWay: HalfWay | undefined;
  const play = await begin((at) => {
    halfWay ??= at;
  });
  const handOvers: PlayerEvents['hand-over'][] = [];
  play.on('hand-over', (event) => handOvers.push(event));
  await play.load(titleId);
  await until(() => halfWay !== undefined);
  const broken = fleet.ocas.find(({ baseUrl }) => baseUrl === halfWay?.origin)?.ocaId ?? '';
  const brokenAtMs = play.stats().positionMs;
  await breakOca(broken);
  await until(() => play.stats().positionMs > brokenAtMs + GOES_ON_MS);

  const { rebufferCount, playId } = play.stats();
  expect(rebufferCount).toBe(0);
  const handOver = handOvers.find(({ from, endByte }) => from === broken && endByte === halfWay?.endByte);
  if (!handOver) throw new Error(`No hand-over of the broken range: ${JSON.stringify({ halfWay, handOvers })}`);
  expect(handOver.atByte).toBeGreaterThan(handOver.startByte);
  expect(handOver.atByte).toBeLessThan(handOver.endByte);
  proveEveryByteOnce(play, handOver);
  const asked = (await fleet.requestLog(handOver.to)).filter(
    (line) => line.phase === 'start' && line.playId === playId,
  );
  expect(asked.map(({ range }) => range?.[0])).toContain(handOver.atByte);
}

function proveEveryByteOnce(
  play: Player,
  { renditionId, segmentNumber, startByte, endByte }: PlayerEvents['hand-over'],
): void {
  const parts = play
    .ledger()
    .entries.filter((entry) => entry.renditionId === renditionId && entry.segmentNumber === segmentNumber)
    .filter((entry) => entry.deliveredTo > entry.requestedFrom);
  let reachedByte = startByte;
  for (const part of parts) {
    expect(part.requestedFrom, JSON.stringify(parts)).toBe(reachedByte);
    reachedByte = part.deliveredTo;
  }
  expect(reachedByte).toBe(endByte);
}

async function until(isDone: () => boolean, limitMs = 90_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isDone()) {
    if (performance.now() > endMs) throw new Error(`Not within ${limitMs} ms: ${isDone}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
