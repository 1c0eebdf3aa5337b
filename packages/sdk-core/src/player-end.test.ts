import { describe, expect, it } from 'vitest';
import { playerStage } from './testing/player-stage.ts';
import type { SampleNetwork } from './testing/sample-network.ts';
import { samplePlayResponse } from './testing/sample-play.ts';

const endsOf = ({ asked }: SampleNetwork) => asked.filter(({ url }) => url.endsWith('/end'));
const requestsOf = ({ asked }: SampleNetwork) =>
  asked.filter(({ url }) => url.endsWith('/v1/plays')).map(({ body }) => JSON.parse(body ?? ''));

const refusal = (code: string) => ({
  status: 409,
  body: JSON.stringify({ error: { code, message: 'No.', context: { devices: ['TV'], maxStreams: 1 } } }),
});

describe('the stream of a play', () => {
  it('is given back once, to the region that answered, when the play is stopped', async () => {
    const { clock, player, network } = playerStage();
    await clock.resolve(player.load('sample-1'));
    const { playId } = network.play;
    player.stop();
    player.stop();
    player.destroy();
    await clock.advance(10_000);
    expect(endsOf(network).map(({ url }) => url)).toEqual([`http://near.test/v1/plays/${playId}/end`]);
  });

  it('is given back in the next region where the first is dead, and nobody is asked for ever', async () => {
    const { clock, player, network } = playerStage();
    await clock.resolve(player.load('sample-1'));
    Object.assign(network.regions, { near: 'hangs', far: 'refuses' });
    player.destroy();
    await clock.advance(10_000);
    expect(endsOf(network)).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('passes to the next play of the same player', async () => {
    const { clock, player, network } = playerStage();
    await clock.resolve(player.load('sample-1'));
    await clock.resolve(player.load('sample-1'));
    expect(endsOf(network)).toHaveLength(1);
    const [first, second] = requestsOf(network);
    expect(first.playerId).toMatch(/^[0-9a-f]{32}$/);
    expect(second.playerId).toBe(first.playerId);
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
  });

  it('is given back when the page ends', async () => {
    let endPage = (): void => {};
    let listening = true;
    const onPageEnd = (callback: () => void) => {
      endPage = callback;
      return () => {
        listening = false;
      };
    };
    const { clock, player, network } = playerStage({}, {}, { onPageEnd });
    await clock.resolve(player.load('sample-1'));
    endPage();
    expect(endsOf(network)).toHaveLength(1);
    player.destroy();
    expect(listening).toBe(false);
  });

  it('is kept at the end of the film: it may begin again', async () => {
    const { clock, player, network } = playerStage();
    await clock.resolve(player.load('sample-1'));
    await clock.runUntil(() => player.state === 'ended', 200_000);
    expect(player.state).toBe('ended');
    expect(endsOf(network)).toEqual([]);
  });
});

describe('an account without a free stream', () => {
  it('is told at the load', async () => {
    const { clock, player, network } = playerStage();
    network.regions.near = refusal('account/stream-limit');
    await expect(clock.resolve(player.load('sample-1'))).rejects.toMatchObject({
      code: 'account/stream-limit',
      context: { devices: ['TV'], maxStreams: 1 },
    });
    expect(requestsOf(network)).toHaveLength(1);
  });

  it.each(['account/stream-limit', 'play/ended'])('ends a play whose renewal is refused: %s', async (code) => {
    const { clock, player, network, log } = playerStage({}, { segments: 30 });
    network.play = { ...samplePlayResponse({ segments: 30 }), refreshInMs: 10_000 };
    await clock.resolve(player.load('sample-1'));
    network.regions.near = refusal(code);
    await clock.advance(15_000);
    expect(player.state).toBe('failed');
    expect(log.error).toMatchObject([{ error: { code } }]);
  });

  it('plays on where a renewal fails for another reason', async () => {
    const { clock, player, network } = playerStage({}, { segments: 30 });
    network.play = { ...samplePlayResponse({ segments: 30 }), refreshInMs: 10_000 };
    await clock.resolve(player.load('sample-1'));
    network.regions.near = refusal('request/rate-limited');
    await clock.advance(30_000);
    expect(player.state).toBe('playing');
  });
});
