import { byteViolations, createWorld, synthesizeTitle } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';
import { expectEveryByteOnce } from './proof.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000 });

async function playOnce(seed: number) {
  const world = await createWorld({ seed, titles: [TITLE] });
  const player = world.createPlayer();
  await world.settle(player.load('noise-1', { autoplay: true }), 10_000);
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 90_000);
  return { world, player };
}

describe('a play from start to end', () => {
  it('starts at once, never stalls, delivers the bytes of the files', async () => {
    const { world, player } = await playOnce(1);
    expect(player.state, world.failure('the play').message).toBe('ended');
    const stats = player.stats();
    expect(stats.startupMs).toBeLessThan(1000);
    expect(stats.rebufferCount).toBe(0);
    expect(stats.positionMs).toBeCloseTo(TITLE.title.durationMs, -2);
    expectEveryByteOnce(world, player, TITLE);
  });

  it("comes from the viewer's own provider, and ends in the best rendition on a good line", async () => {
    const { world, player } = await playOnce(2);
    const served = new Set(player.ledger().entries.map((entry) => entry.ocaId));
    expect(
      [...served].every((ocaId) => ocaId.startsWith('fjord-1-')),
      [...served].join(),
    ).toBe(true);
    const video = world.witnessed(player).filter((range) => range.renditionId.startsWith('v'));
    expect(video.at(-1)?.renditionId).toBe('v720');
  });

  it('wastes less than one byte in a hundred on probes', async () => {
    const { bytes } = (await playOnce(3)).player.ledger();
    expect(bytes.probeBytes).toBeLessThan(bytes.deliveredBytes / 100);
  });
});

it('is not taken for right when servers send wrong bytes', async () => {
  const world = await createWorld({ seed: 8, titles: [TITLE] });
  const player = world.createPlayer();
  for (const { ocaId } of world.fleet.ocas) await world.setFaults(ocaId, [{ kind: 'corrupt', everyBytes: 100_000 }]);
  await world.settle(player.load('noise-1'), 10_000);
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 90_000);
  expect(byteViolations({ world, player, title: TITLE }).join('\n')).toMatch(/wrongBytes/);
  expect(() => expectEveryByteOnce(world, player, TITLE)).toThrow();
});

describe('a seed', () => {
  it('replays the same run, event by event', async () => {
    const [first, second] = [await playOnce(4), await playOnce(4)];
    expect(first.world.events.length).toBeGreaterThan(50);
    expect(first.world.events).toEqual(second.world.events);
    expect(first.world.network.records()).toEqual(second.world.network.records());
  });

  it('differs from another one', async () => {
    const [first, second] = [await playOnce(5), await playOnce(6)];
    expect(first.world.events).not.toEqual(second.world.events);
  });
});

it('simulates a minute of playing in less than two seconds of processor time', async () => {
  const world = await createWorld({ seed: 7, titles: [TITLE] });
  const player = world.createPlayer();
  const before = process.cpuUsage();
  await world.settle(player.load('noise-1'), 10_000);
  await world.runUntil(() => player.state === 'ended', 90_000);
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  console.info(`a play of 60 s took ${cpuMs.toFixed(0)} ms of processor time`);
  expect(cpuMs).toBeLessThan(2000);
});
