import { describe, expect, it } from 'vitest';
import type { PlayerEvents } from './player-events.ts';
import { type PlayerStage, playerStage } from './testing/player-stage.ts';

function stage(...options: Parameters<typeof playerStage>): PlayerStage & { ends: PlayerEvents['play-ended'][] } {
  const ends: PlayerEvents['play-ended'][] = [];
  const made = playerStage(...options);
  made.player.on('play-ended', (event) => void ends.push(event));
  return { ...made, ends };
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('the quality of experience of a play', () => {
  it('is told at its end: every byte has its server, every moment its name', async () => {
    const { player, clock, ends } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(player.state).toBe('ended');
    expect(ends).toHaveLength(1);
    const [{ qoe, titleId } = { qoe: undefined, titleId: '' }] = ends;
    expect(titleId).toBe('sample-1');
    expect(qoe).toMatchObject({ outcome: 'ended', playingMs: 40_000, rebufferCount: 0, errorCount: 0 });
    expect(qoe?.startupMs).toBe(player.stats().startupMs);
    expect(sum(Object.values(qoe?.bytesByServer ?? {}))).toBe(qoe?.deliveredBytes);
    expect(qoe?.deliveredBytes).toBeGreaterThan(0);
    expect(qoe?.wastedBytes.probe).toBe(player.ledger().bytes.probeBytes);
    expect(qoe?.averageBps).toBeGreaterThan(300_000);
  });

  it('agrees with the session about stalls', async () => {
    const { player, clock, network } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(1000);
    network.rateBps = 30_000;
    await clock.advance(60_000);
    const during = player.stats();
    expect(during.rebufferMs).toBeGreaterThan(0);
    network.rateBps = 20_000_000;
    await clock.advance(60_000);
    const { qoe, rebufferMs, rebufferCount } = player.stats();
    expect(qoe).toMatchObject({ outcome: 'ended', rebufferMs: expect.closeTo(rebufferMs), rebufferCount });
    expect(qoe?.longestRebufferMs).toBeGreaterThanOrEqual(during.qoe?.longestRebufferMs ?? Number.NaN);
  });

  it('ends with the play: given up before the picture, replaced by the next, stopped once', async () => {
    const { player, clock, ends } = stage();
    const givenUp = player.load('sample-1').catch((error: unknown) => error);
    await clock.advance(1);
    const next = player.load('sample-1');
    await givenUp;
    await clock.resolve(next);
    await clock.advance(5000);
    player.stop();
    player.stop();
    expect(ends.map(({ qoe }) => qoe.outcome)).toEqual(['abandoned', 'stopped']);
    const before = player.stats().qoe;
    await clock.advance(10_000);
    expect(player.stats().qoe).toEqual(before);
  });

  it('ends with an error where the play was refused', async () => {
    const { player, clock, network, ends } = stage();
    network.regions.near = network.regions.far = 'refuses';
    await clock.resolve(player.load('sample-1').catch((error: unknown) => error));
    expect(ends.map(({ qoe }) => qoe)).toMatchObject([{ outcome: 'failed', errorCodes: ['region/unreachable'] }]);
  });

  it('goes on when the viewer plays it again', async () => {
    const { player, clock, ends } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    player.play();
    await clock.advance(60_000);
    player.destroy();
    expect(ends.map(({ qoe }) => [qoe.outcome, qoe.playingMs])).toEqual([
      ['ended', 40_000],
      ['ended', 80_000],
    ]);
  });
});
