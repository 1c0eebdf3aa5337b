import { describe, expect, it } from 'vitest';
import type { Telemetry, WatchedPlay } from './ports/telemetry.ts';
import { type PlayerStage, playerStage } from './testing/player-stage.ts';

const UNKNOWN = answer(404, 'play/unknown');
const TARGET = (token: string) => ({ url: `/v1/telemetry/${token}`, intervalMs: 10_000 });

function answer(status: number, code: string) {
  return { status, body: JSON.stringify({ error: { code, message: 'no', context: {} } }) };
}

interface Watched extends Pick<WatchedPlay, 'playId' | 'target'> {
  readonly media: string[];
  readonly events: string[];
  isClosed: boolean;
}

/** Notes whom it is asked to watch, and what it sees of each. */
function watching(seen: Watched[]): Telemetry {
  return {
    watch: ({ playId, target }) => {
      const watched: Watched = { playId, target, media: [], events: [], isClosed: false };
      seen.push(watched);
      return {
        mediaHttp: (http) => (request) => {
          watched.media.push(request.url);
          return http(request);
        },
        onEvent: (name) => void watched.events.push(name),
        close: () => {
          watched.isClosed = true;
        },
      };
    },
  };
}

/** A play of two minutes whose token ends after fifteen seconds, and that no region knows any more. */
async function lostPlay(seen: Watched[] = []): Promise<PlayerStage> {
  const stage = playerStage({}, { segments: 30 }, { telemetry: watching(seen) });
  const { network, clock, player } = stage;
  const { expiresInMs } = network.play;
  const first = { playId: 'a'.repeat(32), token: 'token-1', expiresInMs: 15_000, telemetry: TARGET('token-1') };
  network.play = { ...network.play, ...first };
  await clock.resolve(player.load('sample-1'));
  await clock.advance(5000);
  network.expiredTokens.add(network.play.token);
  const second = { playId: 'b'.repeat(32), token: 'token-2', expiresInMs, telemetry: TARGET('token-2') };
  network.play = { ...network.play, ...second };
  Object.assign(network.renewals, { near: UNKNOWN, far: UNKNOWN });
  return stage;
}

const askedFor = ({ network }: PlayerStage, path: string) =>
  network.asked.filter(({ url }) => new URL(url).pathname === path);
const requestsOf = (stage: PlayerStage) => askedFor(stage, '/v1/plays').map(({ body }) => JSON.parse(body ?? ''));

async function toTheEnd({ clock, player }: PlayerStage): Promise<void> {
  await clock.runUntil(() => player.state === 'ended' || player.state === 'failed', 400_000);
}

describe('a play that no region knows any more', () => {
  it('is begun anew at once, goes on at the byte it is at, and does not stall', async () => {
    const stage = await lostPlay();
    const { player, log } = stage;
    await toTheEnd(stage);
    expect(player.state).toBe('ended');
    expect(log.rebuffer).toEqual([]);
    const [first, second, ...more] = requestsOf(stage);
    expect(more).toEqual([]);
    expect(second).toMatchObject({ titleId: first.titleId, device: first.device, playerId: first.playerId });
    expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
    const lostAtMs = Math.min(...askedFor(stage, `/v1/plays/${'a'.repeat(32)}/renew`).map(({ atMs }) => atMs));
    const anewAtMs = askedFor(stage, '/v1/plays')[1]?.atMs ?? Number.NaN;
    expect(anewAtMs - lostAtMs).toBeLessThan(100);
    const { entries, bytes } = player.ledger();
    const sizes = (log['segment-delivered'] ?? []).reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes.deliveredBytes).toBe(sizes);
    expect(entries.every((one) => one.deliveredTo >= one.requestedFrom)).toBe(true);
  });

  it('keeps its accounts: the new play is told apart, with the figures of both', async () => {
    const seen: Watched[] = [];
    const stage = await lostPlay(seen);
    const { player, log, network } = stage;
    await toTheEnd(stage);
    expect(log['play-granted']?.map(({ playId }) => playId)).toEqual(['a'.repeat(32), 'b'.repeat(32)]);
    expect(player.stats()).toMatchObject({ playId: 'b'.repeat(32), qoe: { outcome: 'ended' } });
    expect(player.stats().qoe?.playingMs).toBeGreaterThan(119_000);
    expect(seen).toMatchObject([
      { playId: 'a'.repeat(32), target: TARGET('token-1'), isClosed: true },
      { playId: 'b'.repeat(32), target: TARGET('token-2'), isClosed: false },
    ]);
    for (const [at, { media }] of seen.entries())
      expect(media.every((url) => url.includes(`/token-${at + 1}/`)) && media.length > 0).toBe(true);
    expect(seen[1]?.events).toContain('play-ended');
    player.stop();
    await stage.clock.advance(100);
    expect(network.asked.flatMap(({ url }) => (url.endsWith('/end') ? [url.slice(-36, -4)] : []))).toContain(
      'b'.repeat(32),
    );
  });

  it.each([
    ['has given its stream away', answer(409, 'account/stream-limit')],
    ['has no licence for it any more', answer(403, 'licence/window')],
    ['does not take the title back', answer(404, 'title/unknown')],
  ])('ends with what the region says that %s', async (_, refusal) => {
    const stage = await lostPlay();
    Object.assign(stage.network.regions, { near: refusal, far: refusal });
    await toTheEnd(stage);
    expect(stage.player.state).toBe('failed');
    const { code } = JSON.parse(refusal.body).error;
    expect(stage.log.error).toMatchObject([{ error: { code } }]);
    expect(stage.clock.nowMs()).toBeLessThan(20_000);
    expect(stage.player.state).toBe('failed');
  });

  it('is asked for until a region answers, as long as a token would be waited for', async () => {
    const stage = await lostPlay();
    Object.assign(stage.network.regions, { near: 'refuses', far: answer(503, 'steering/no-server') });
    await stage.clock.advance(60_000);
    expect(stage.player.state).toBe('rebuffering');
    stage.network.regions.near = 'answers';
    await toTheEnd(stage);
    expect(stage.player.state).toBe('ended');
  });

  it('was ended by somebody: nobody begins it anew, whatever other regions know', async () => {
    const ended = answer(410, 'play/ended');
    for (const renewals of [
      { near: ended, far: UNKNOWN },
      { near: UNKNOWN, far: ended },
    ]) {
      const stage = await lostPlay();
      Object.assign(stage.network.renewals, renewals);
      await toTheEnd(stage);
      expect(stage.log.error).toMatchObject([{ error: { code: 'play/ended' } }]);
      expect(requestsOf(stage)).toHaveLength(1);
    }
  });

  it('is known to one that has no server for it: it stays what it is', async () => {
    const stage = await lostPlay();
    stage.network.renewals.near = answer(503, 'steering/no-server');
    await stage.clock.advance(30_000);
    expect(requestsOf(stage)).toHaveLength(1);
    delete stage.network.renewals.near;
    await toTheEnd(stage);
    expect(stage.player.state).toBe('ended');
    expect(requestsOf(stage)).toHaveLength(1);
  });

  it('and is stopped meanwhile leaves nothing behind', async () => {
    const stage = await lostPlay();
    const { clock, player, network } = stage;
    await clock.runUntil(() => requestsOf(stage).length === 2, 30_000);
    player.destroy();
    const before = network.asked.length;
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
    expect(stage.log['play-granted']).toHaveLength(1);
    expect(network.asked.slice(before).every(({ url }) => url.endsWith('/end'))).toBe(true);
  });
});
