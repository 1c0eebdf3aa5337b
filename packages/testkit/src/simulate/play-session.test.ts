import { PlayerError } from '@pressplay/sdk-core';
import { describe, expect, it } from 'vitest';
import { synthesizeTitle } from '../simulation/media.ts';
import { parseTrace } from '../simulation/trace.ts';
import { createWorld } from '../simulation/world.ts';
import { fleetViolations, verdictOf, viewerViolations } from './check-session.ts';
import { playSession } from './play-session.ts';
import { report } from './report.ts';
import { drawScene, type Scene } from './scene.ts';
import type { Viewer } from './viewer.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 12_000 });
const TRACE = parseTrace('duration_ms,bandwidth_kbps,latency_ms\n2000,6000,40\n1000,900,60\n');
const SOURCES = { titles: [TITLE], trace: () => TRACE };
const sceneOf = (seed: number): Scene => drawScene(seed, { titleCount: 1, traces: ['a.csv'] });

const CALM: Scene = {
  seed: 1,
  title: 0,
  viewers: [
    {
      clientAddress: '198.51.100.7',
      startAfterMs: 0,
      bufferGoalMs: 10_000,
      link: { kind: 'steady', rateBps: 8_000_000, latencyMs: 5 },
      actions: [],
      lineLosses: [],
    },
  ],
  crowdedOcaIds: [],
};

describe('a session', () => {
  it.each([3, 4, 5])('of seed %i is the same twice, and breaks nothing', async (seed) => {
    const [first, second] = [await playSession(sceneOf(seed), SOURCES), await playSession(sceneOf(seed), SOURCES)];
    expect(first).toEqual(second);
    expect(first.eventsDigest).toMatch(/^[0-9a-f]{16}$/);
    expect(first.violations).toEqual([]);
    expect(report([first])).toBe(report([second]));
  });

  it('on a trace plays too', async () => {
    const [viewer] = CALM.viewers;
    if (!viewer) throw new Error('The scene has no viewer.');
    const link = { kind: 'trace', file: 'a.csv', share: 0.4 } as const;
    const { viewers, violations } = await playSession({ ...CALM, viewers: [{ ...viewer, link }] }, SOURCES);
    expect(violations).toEqual([]);
    expect(viewers[0]).toMatchObject({ outcome: 'ended', rebufferCount: 0 });
  });
});

it('sessions of other seeds have other events', async () => {
  const digests = [];
  for (const seed of [6, 7, 8]) digests.push((await playSession(sceneOf(seed), SOURCES)).eventsDigest);
  expect(new Set(digests).size).toBe(3);
});

describe('a scripted scene', () => {
  const [calm] = CALM.viewers;
  if (!calm) throw new Error('The scene has no viewer.');
  const viewer = { ...calm, bufferGoalMs: 4000 };

  it('plays what its viewers do, and counts it', async () => {
    const seek = { kind: 'seek', atMs: 3000, share: 0 } as const;
    const pause = { kind: 'pause', atMs: 5000, lastsMs: 30_000 } as const;
    const lineLosses = [{ atMs: 40_000, lastsMs: 1000, state: 'hang' as const }];
    const scene = { ...CALM, viewers: [{ ...viewer, actions: [seek, pause], lineLosses }] };
    const { viewers, happenings, virtualMs, violations } = await playSession(scene, SOURCES);
    expect(violations).toEqual([]);
    expect(happenings).toMatchObject({ seek: 1, pause: 1, 'line-hang': 1 });
    expect(virtualMs).toBeGreaterThan(12_000 + 3000 + 30_000);
    expect(viewers[0]).toMatchObject({ outcome: 'ended', rebufferMs: expect.any(Number) });
  });

  it('loses its control plane and goes on, and does not start while there is none', async () => {
    const late = { ...viewer, clientAddress: '198.51.100.8', startAfterMs: 4000 };
    const scene = { ...CALM, viewers: [viewer, late], controlPlaneLoss: { atMs: 2000, lastsMs: 60_000 } };
    const { viewers, happenings, violations } = await playSession(scene, SOURCES);
    expect(violations).toEqual([]);
    expect(happenings['all-regions-down']).toBe(1);
    expect(viewers[0]?.outcome).toBe('ended');
    expect(viewers[1]).toMatchObject({ errorCode: 'region/unreachable', failureCause: 'regions' });
  });

  it('has servers that turn viewers away', async () => {
    const crowdedOcaIds = ['fjord-1-a', 'fjord-1-b', 'fjord-1-c'];
    const viewers = [7, 8, 9].map((host) => ({ ...viewer, clientAddress: `198.51.100.${host}` }));
    const { happenings, violations } = await playSession({ ...CALM, viewers, crowdedOcaIds }, SOURCES);
    expect(violations).toEqual([]);
    expect(happenings['answer-overloaded']).toBeGreaterThan(0);
  });
});

describe('a failure', () => {
  /** A play whose servers all hang from its second second on, for so long. */
  async function hungPlay(lastsMs: number) {
    const { world, viewer } = await inTheMiddle();
    for (const { ocaId } of world.fleet.ocas) world.setLink(ocaId, { state: 'hang' });
    await world.advance(lastsMs);
    for (const { ocaId } of world.fleet.ocas) world.setLink(ocaId, { state: 'up' });
    return { world, viewer };
  }
  const failed = (viewer: Viewer, failedAtMs: number): Viewer => {
    const error = new PlayerError('delivery/no-server-left', 'Nobody is left.');
    const player = new Proxy(viewer.player, {
      get: (target, name) => {
        if (name === 'state') return 'failed';
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { ...viewer, player, errors: [error], failedAtMs };
  };

  it('is proven unavoidable where no server was good for long enough, and a violation where one was', async () => {
    const { world, viewer } = await hungPlay(20_000);
    const during = failed(viewer, world.clock.nowMs() - 100);
    expect(verdictOf(world, during, CALM, new Set())).toEqual({ kind: 'unavoidable', cause: 'servers' });
    await world.advance(16_000);
    const after = failed(viewer, world.clock.nowMs());
    expect(verdictOf(world, after, CALM, new Set())).toMatchObject({ kind: 'avoidable' });
    expect(viewerViolations(world, after, CALM, TITLE, new Set()).join()).toMatch(/though it need not/);
  });

  it("is the line's where the viewer had none", async () => {
    const { world, viewer } = await inTheMiddle();
    world.setLink('198.51.100.7', { state: 'hang' });
    await world.advance(5000);
    const cut = failed(viewer, world.clock.nowMs());
    expect(verdictOf(world, cut, CALM, new Set())).toEqual({ kind: 'unavoidable', cause: 'line' });
  });
});

/** A play in its middle, of which nothing is closed. */
async function inTheMiddle(): Promise<{ world: Awaited<ReturnType<typeof createWorld>>; viewer: Viewer }> {
  const world = await createWorld({ seed: 1, titles: [TITLE] });
  const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 4000 });
  await world.settle(player.load('noise-1'), 10_000);
  await world.runUntil(() => player.stats().positionMs > 2000, 10_000);
  const [scene] = CALM.viewers;
  if (!scene) throw new Error('The scene has no viewer.');
  return { world, viewer: { scene, player, errors: [], lowestBufferMs: 0, mostServers: 4, loadedAtMs: 0 } };
}

describe('the checks find', () => {
  it('a play that does not end, a buffer below nothing and too many servers', async () => {
    const { world, viewer } = await inTheMiddle();
    const found = viewerViolations(world, { ...viewer, lowestBufferMs: -1, mostServers: 11 }, CALM, TITLE, new Set());
    expect(found).toEqual([
      expect.stringContaining('does not end'),
      expect.stringContaining('-1 ms'),
      expect.stringContaining('11 servers'),
    ]);
  });

  it('an error without a type', async () => {
    const { world, viewer } = await inTheMiddle();
    await world.runUntil(() => viewer.player.state === 'ended', 30_000);
    expect(viewerViolations(world, viewer, CALM, TITLE, new Set())).toEqual([]);
    const found = viewerViolations(world, { ...viewer, errors: [new TypeError('oops')] }, CALM, TITLE, new Set());
    expect(found).toEqual([expect.stringContaining('without a type')]);
  });

  it('a failure, and a long stall, where a good server existed', async () => {
    const { world, viewer } = await inTheMiddle();
    for (const { ocaId } of world.fleet.ocas) world.setLink(ocaId, { state: 'hang' });
    await world.advance(16_000);
    for (const { ocaId } of world.fleet.ocas) world.setLink(ocaId, { state: 'up' });
    await world.runUntil(() => viewer.player.state === 'ended' || viewer.player.state === 'failed', 90_000);
    const found = viewerViolations(world, viewer, CALM, TITLE, new Set()).join('\n');
    expect(found).toMatch(viewer.player.state === 'failed' ? /failed though/ : /rebuffered \d+ ms though/);
  });

  it('a player that was not closed, by its timers', async () => {
    const { world, viewer } = await inTheMiddle();
    expect((await fleetViolations(world, [viewer.player])).join('\n')).toMatch(/timers outlive/);
  });

  it('bytes that no ledger accounts for', async () => {
    const { world } = await inTheMiddle();
    expect((await fleetViolations(world, [])).join('\n')).toMatch(/the ledgers account for 0 bytes/);
  });
});
