import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const SMALL = synthesizeTitle({
  titleId: 'small-1',
  durationMs: 8000,
  videoBps: [200_000, 300_000, 400_000, 500_000, 600_000],
});
const TITLE_BYTES = SMALL.title.renditions.reduce((sum, rendition) => sum + rendition.sizeBytes, 0);
const FILE_IDS = SMALL.title.renditions.map((rendition) => rendition.fileId).sort();

const emptyWorld = (seed: number, options = {}): Promise<World> =>
  createWorld({ seed, titles: [SMALL], disks: 'empty', ...options });

function originBytes(world: World): number {
  const exchanges = [...world.network.records(), ...world.network.running()];
  return exchanges
    .filter(({ path }) => path.startsWith('/v1/origin/'))
    .reduce((sum, { sentBytes }) => sum + sentBytes, 0);
}

const holdsAll = (world: World, ocaId: string): boolean =>
  FILE_IDS.every((fileId) => world.fleet.oca(ocaId).fileIds().includes(fileId));

const runUntilAllHold = (world: World, limitMs = 120_000): Promise<void> =>
  world.runUntil(() => world.fleet.ocas.every((oca) => holdsAll(world, oca.ocaId)), limitMs);

describe('a new title', () => {
  it('is not playable before enough OCAs at enough sites hold it, and says so', async () => {
    const world = await emptyWorld(1, { controlPlane: { copiesNeeded: 8, sitesNeeded: 3 } });
    const player = world.createPlayer();
    await expect(world.settle(player.load('small-1'), 10_000)).rejects.toMatchObject({ code: 'title/not-live' });
    await world.runUntilLive('small-1');
    const holders = world.fleet.ocas.filter((oca) => holdsAll(world, oca.ocaId));
    expect(holders.length).toBeGreaterThanOrEqual(8);
    const again = world.createPlayer();
    await world.settle(again.load('small-1', { autoplay: true }), 10_000);
    await world.runUntil(() => again.state === 'ended', 30_000);
    expectEveryByteOnce(world, again, SMALL);
  });

  it('reaches every OCA, and most of it from other OCAs instead of the origin', async () => {
    const world = await emptyWorld(2);
    await runUntilAllHold(world);
    expect(originBytes(world)).toBeGreaterThanOrEqual(TITLE_BYTES);
    expect(originBytes(world)).toBeLessThan(6 * TITLE_BYTES);
  });
});

describe('an OCA that comes back with empty disks', () => {
  it('is filled again by its peers, without one byte from the origin', async () => {
    const world = await emptyWorld(3);
    await runUntilAllHold(world);
    await world.advance(3000);
    const before = originBytes(world);
    world.killOca('fjord-1-b');
    world.restartOca('fjord-1-b', 'empty');
    expect(holdsAll(world, 'fjord-1-b')).toBe(false);
    await world.runUntil(() => holdsAll(world, 'fjord-1-b'), 60_000);
    expect(originBytes(world)).toBe(before);
  });

  it('keeps what it has when only the process died', async () => {
    const world = await emptyWorld(4);
    await runUntilAllHold(world);
    const before = originBytes(world);
    world.killOca('mesa-1-a');
    await world.advance(1000);
    world.restartOca('mesa-1-a');
    expect(holdsAll(world, 'mesa-1-a')).toBe(true);
    await world.advance(5000);
    expect(originBytes(world)).toBe(before);
  });
});

describe('a source with wrong bytes', () => {
  it('is found out by the hash, and no OCA keeps the file: the title never goes live', async () => {
    const world = await emptyWorld(5);
    const [broken = ''] = FILE_IDS;
    world.fleet.origin.corrupt(broken);
    await world.advance(40_000);
    expect(world.fleet.ocas.filter((oca) => oca.fileIds().includes(broken))).toEqual([]);
    expect(await world.isLive('small-1')).toBe(false);
    expect(world.events.some((event) => JSON.stringify(event.detail).includes('wrong-bytes'))).toBe(true);
  });

  it('is left for another one when it is a peer', async () => {
    const world = await emptyWorld(6);
    await runUntilAllHold(world);
    await world.advance(3000);
    await world.setFaults('fjord-1-a', [{ kind: 'corrupt', everyBytes: 10_000 }]);
    world.killOca('fjord-1-c');
    world.restartOca('fjord-1-c', 'empty');
    await world.runUntil(() => holdsAll(world, 'fjord-1-c'), 60_000);
  });
});
