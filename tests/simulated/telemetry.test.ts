import { cmcdTelemetry } from '@pressplay/sdk-core/cmcd';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000 });

/** A play from start to end that reports to the real backend. */
async function reportedPlay(seed: number, during: (world: World) => void = () => {}) {
  const world = await createWorld({ seed, titles: [TITLE] });
  const player = world.createPlayer({ telemetry: cmcdTelemetry() });
  await world.settle(player.load('noise-1', { autoplay: true }), 10_000);
  during(world);
  await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
  await world.advance(10_000);
  const reports = world.network.records().filter(({ path }) => path.startsWith('/v1/telemetry/'));
  return { world, player, reports };
}

describe('the reports of a play', () => {
  it('are all taken by the region that granted it, and media requests with CMCD are served like others', async () => {
    const { player, reports, world } = await reportedPlay(1);
    expect(player.state, world.failure('the play').message).toBe('ended');
    expect(reports.length).toBeGreaterThanOrEqual(3);
    expect(reports.map(({ status }) => status)).toEqual(reports.map(() => 204));
    const media = world.network.records().filter(({ path }) => path.includes('CMCD='));
    expect(media.length).toBeGreaterThan(10);
    expect(media.filter(({ status }) => status !== 206)).toEqual([]);
  });

  it('go to another region when theirs dies, and the play goes on', async () => {
    const { player, reports, world } = await reportedPlay(2, (its) =>
      its.killRegion(its.fleet.regions[0]?.regionId ?? ''),
    );
    expect(player.state, world.failure('the play').message).toBe('ended');
    expect(player.stats().qoe).toMatchObject({ outcome: 'ended', rebufferCount: 0 });
    const [dead] = world.fleet.regions;
    const taken = reports.filter(({ status }) => status === 204);
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.map(({ to }) => to)).not.toContain(dead?.regionId);
    expect(reports.length).toBeGreaterThan(taken.length);
  });
});
