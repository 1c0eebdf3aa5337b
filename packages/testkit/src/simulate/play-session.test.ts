import { describe, expect, it } from 'vitest';
import { synthesizeTitle } from '../simulation/media.ts';
import { parseTrace } from '../simulation/trace.ts';
import { createWorld } from '../simulation/world.ts';
import { fleetViolations, viewerViolations } from './check-session.ts';
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
    },
  ],
};

describe('a session', () => {
  it.each([3, 4, 5])('of seed %i is the same twice, and breaks nothing', async (seed) => {
    const [first, second] = [await playSession(sceneOf(seed), SOURCES), await playSession(sceneOf(seed), SOURCES)];
    expect(first).toEqual(second);
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

describe('the checks find', () => {
  /** A play in its middle, of which nothing is closed. */
  async function inTheMiddle(): Promise<{ world: Awaited<ReturnType<typeof createWorld>>; viewer: Viewer }> {
    const world = await createWorld({ seed: 1, titles: [TITLE] });
    const player = world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 4000 });
    await world.settle(player.load('noise-1'), 10_000);
    await world.runUntil(() => player.stats().positionMs > 2000, 10_000);
    const [scene] = CALM.viewers;
    if (!scene) throw new Error('The scene has no viewer.');
    return { world, viewer: { scene, player, errors: [], lowestBufferMs: 0, mostServers: 4 } };
  }

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
    await world.advance(8000);
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
