import type { Fault } from '@pressplay/protocol/messages';
import type { Player } from '@pressplay/sdk-core';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const VIEWER = '198.51.100.7';
const FILM_MS = 180_000;
const SEGMENT_MS = 6000;
const FILM = synthesizeTitle({
  titleId: 'long-1',
  durationMs: FILM_MS,
  segmentMs: SEGMENT_MS,
  videoBps: [100_000, 250_000],
  audioBps: 32_000,
});

interface Stage {
  readonly world: World;
  readonly player: Player;
  readonly indexId: string;
}

/** The region cuts the index when the film is published; the OCAs fetch the file that it makes from the origin. */
async function longFilmWorld(seed: number): Promise<Stage> {
  const world = await createWorld({ seed, titles: [FILM], controlPlane: { inlineIndexBytes: 0 } });
  const [stored] = await world.fleet.store.titlesSince(0);
  const indexId = stored?.title.indexFile?.fileId;
  if (!indexId) throw world.failure('The film has no index file.');
  return { world, player: world.createPlayer({ bufferGoalMs: 20_000 }), indexId };
}

const load = ({ world, player }: Stage, startAtMs = 0): Promise<void> =>
  world.settle(player.load('long-1', { startAtMs }), 10_000);

async function playToItsEnd({ world, player }: Stage): Promise<void> {
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', FILM_MS + 30_000);
  expect(player.state, world.failure('the play').message).toBe('ended');
}

/** Who delivered of the index file, in order. */
const indexFrom = ({ player, indexId }: Stage): string[] =>
  player.ledger().entries.flatMap(({ fileId, ocaId }) => (fileId === indexId ? [ocaId] : []));

async function onFirstServer(stage: Stage, faultOf: (indexId: string) => Fault): Promise<string> {
  const { world, indexId } = stage;
  // Who comes first is seen from a play that was here before; its successor is sent to the same.
  const scout = world.createPlayer();
  await world.settle(scout.load('long-1'), 10_000);
  await world.runUntil(() => scout.presentation?.rest === undefined, 10_000);
  const [ocaId] = indexFrom({ ...stage, player: scout });
  scout.stop();
  if (!ocaId) throw world.failure('Nobody delivered the index.');
  for (const { ocaId: each } of world.fleet.ocas.filter((oca) => oca.ocaId.startsWith(ocaId.slice(0, -1))))
    if (each !== `${ocaId.slice(0, -1)}d`) await world.setFaults(each, [faultOf(indexId)]);
  return ocaId;
}

describe('a film whose index is too long for the answer', () => {
  it('is filled with its index file, plays to its end, and every byte came once', async () => {
    const stage = await longFilmWorld(31);
    await load(stage);
    await playToItsEnd(stage);
    expectEveryByteOnce(stage.world, stage.player, FILM);
    expect(stage.player.stats().rebufferCount).toBe(0);
    expect(indexFrom(stage)).toHaveLength(1);
  });

  it('begins after two minutes, and where the viewer seeks before the index is there', async () => {
    const stage = await longFilmWorld(32);
    await load(stage, 130_000);
    await stage.world.runUntil(() => stage.player.state === 'playing', 10_000);
    expect(stage.player.stats().positionMs).toBeGreaterThanOrEqual(130_000);
    const other = { ...stage, player: stage.world.createPlayer() };
    await load(other);
    other.player.seek(150_000);
    await playToItsEnd(other);
    expect(other.player.stats().positionMs).toBe(FILM_MS);
  });

  it.each<[string, (fileId: string) => Fault]>([
    ['is missing', (fileId) => ({ kind: 'status', status: 404, fileId })],
    ['comes damaged', (fileId) => ({ kind: 'corrupt', everyBytes: 100, fileId })],
    ['breaks off', (fileId) => ({ kind: 'reset', afterBytes: 200, fileId })],
    ['stands still', (fileId) => ({ kind: 'stall', afterBytes: 200, fileId })],
    ['never begins', (fileId) => ({ kind: 'stall', afterBytes: 0, fileId })],
  ])('plays without a stall where its index file %s at three of four servers of a site', async (_, faultOf) => {
    const stage = await longFilmWorld(33);
    await onFirstServer(stage, faultOf);
    await load(stage);
    await playToItsEnd(stage);
    expect(stage.player.stats().rebufferCount).toBe(0);
    expect(stage.player.presentation?.video[0]?.segments).toHaveLength(FILM_MS / SEGMENT_MS);
  });

  it('goes on when the server that sends its index file dies', async () => {
    const stage = await longFilmWorld(34);
    const { world, player, indexId } = stage;
    const setAll = async (faults: Fault[]): Promise<void> => {
      for (const { ocaId, isUp } of world.fleet.ocas) if (isUp) await world.setFaults(ocaId, faults);
    };
    await setAll([{ kind: 'stall', afterBytes: 200, fileId: indexId }]);
    await load(stage);
    const sending = () =>
      world.network
        .running()
        .find(({ path, from, readBytes }) => path.endsWith(indexId) && from === VIEWER && readBytes > 0);
    await world.runUntil(() => sending() !== undefined, 10_000);
    const dead = sending()?.to ?? '';
    world.killOca(dead);
    await setAll([]);
    await playToItsEnd(stage);
    expectEveryByteOnce(world, player, FILM);
    expect(indexFrom(stage)).toContain(dead);
    expect(indexFrom(stage).at(-1)).not.toBe(dead);
  });

  it('plays what it has where no server has its index file, and to the end once one has', async () => {
    const stage = await longFilmWorld(36);
    const { world, player, indexId } = stage;
    for (const { ocaId } of world.fleet.ocas)
      await world.setFaults(ocaId, [{ kind: 'status', status: 404, fileId: indexId }]);
    await load(stage);
    await world.advance(60_000);
    expect(player.state).toBe('playing');
    for (const { ocaId } of world.fleet.ocas) await world.setFaults(ocaId, []);
    await playToItsEnd(stage);
    expectEveryByteOnce(world, player, FILM);
    expect(player.stats().rebufferCount).toBe(0);
  });

  it('ends with an error that says so where its index file is damaged everywhere', async () => {
    const stage = await longFilmWorld(35);
    const { world, player, indexId } = stage;
    for (const { ocaId } of world.fleet.ocas)
      await world.setFaults(ocaId, [{ kind: 'corrupt', everyBytes: 100, fileId: indexId }]);
    const errors: string[] = [];
    player.on('error', ({ error }) => errors.push(error.code));
    await load(stage);
    await world.runUntil(() => player.state === 'failed', 30_000);
    expect(errors).toEqual(['delivery/bad-index']);
  });
});
