import { describe, expect, it } from 'vitest';
import type { Player } from './player.ts';
import type { EngineHost } from './ports/media-engine.ts';
import { playerStage as stage } from './testing/player-stage.ts';

/** Every segment of the ledger whole: the intervals of its servers follow each other without a gap or an overlap. */
function expectCompleteLedger(player: Player): void {
  const { video, audio } = player.presentation!;
  const { entries } = player.ledger();
  for (const view of [...video, ...audio]) {
    for (const [number, { startByte, endByte }] of view.segments.entries()) {
      const parts = entries
        .filter((entry) => entry.renditionId === view.renditionId && entry.segmentNumber === number)
        .filter(({ requestedFrom, deliveredTo }) => deliveredTo > requestedFrom)
        .sort((one, other) => one.requestedFrom - other.requestedFrom);
      if (parts.length === 0) continue;
      let reached = startByte;
      for (const { requestedFrom, deliveredTo } of parts) {
        expect(requestedFrom).toBe(reached);
        reached = deliveredTo;
      }
      expect(reached).toBe(endByte);
    }
  }
}

describe('a play', () => {
  it('goes from load to the end, and counts it', async () => {
    const { clock, player, log, network } = stage();
    await clock.resolve(player.load('sample-1'));
    expect(player.state).toBe('ready');
    await clock.advance(60_000);
    expect(log.state?.map(({ to }) => to)).toEqual(['loading', 'ready', 'playing', 'ended']);
    const stats = player.stats();
    expect(stats).toMatchObject({
      state: 'ended',
      positionMs: 40_000,
      durationMs: 40_000,
      rebufferCount: 0,
      region: 'near',
    });
    expect(stats.startupMs).toBeGreaterThan(0);
    expect(stats.startupMs).toBeLessThan(1500);
    expect(log['segment-delivered']).toHaveLength(20);
    expect(stats.bytes.deliveredBytes).toBe(log['segment-delivered']?.reduce((sum, { bytes }) => sum + bytes, 0));
    expectCompleteLedger(player);
    expect(network.asked[0]?.body).toMatch(/"titleId":"sample-1".*"idempotencyKey":"[0-9a-f]{32}"/);
  });

  it('goes up the ladder on a good network', async () => {
    const { clock, player, log } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(log['rendition-selected']?.at(-1)?.to).toBe('v720');
    expect(log['rendition-shown']?.at(-1)?.rendition.renditionId).toBe('v720');
  });

  it('keeps within the limits of the app and of the device', async () => {
    const { clock, player, log } = stage({
      maxVideoBps: 2_000_000,
      device: { videoCodecs: ['avc1'], audioCodecs: [], maxHeightPx: 400 },
    });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(log['rendition-shown']?.at(-1)?.rendition.renditionId).toBe('v360');
  });

  it('does not begin before it is told, without autoplay', async () => {
    const { clock, player } = stage();
    await clock.resolve(player.load('sample-1', { autoplay: false, startAtMs: 8000 }));
    await clock.advance(10_000);
    expect(player.stats()).toMatchObject({ state: 'ready', positionMs: 8000 });
    player.play();
    await clock.advance(1000);
    expect(player.stats()).toMatchObject({ state: 'playing', positionMs: 9000 });
  });

  it('pauses, seeks and plays on', async () => {
    const { clock, player, log } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(5000);
    player.pause();
    expect(player.state).toBe('paused');
    player.seek(30_000);
    await clock.advance(5000);
    expect(player.stats()).toMatchObject({ state: 'paused', positionMs: 30_000 });
    player.play();
    await clock.advance(20_000);
    expect(player.state).toBe('ended');
    expect(log.rebuffer).toEqual([]);
  });

  it('tells of a stall and its length when the network dries up', async () => {
    const { clock, player, log, network } = stage({}, { segments: 40 });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(10_000);
    network.rateBps = 1000;
    await clock.advance(60_000);
    expect(player.state).toBe('rebuffering');
    network.rateBps = 50_000_000;
    await clock.advance(30_000);
    expect(player.state).toBe('playing');
    const [start, end] = log.rebuffer ?? [];
    expect(start?.phase).toBe('start');
    expect(end?.lastedMs).toBe(player.stats().rebufferMs);
    expect(player.stats()).toMatchObject({ rebufferCount: 1 });
  });

  it('goes on from the byte reached when its server dies inside a segment', async () => {
    const { clock, player, network, log } = stage({}, { segments: 20 });
    network.rateBps = 6_000_000;
    await clock.resolve(player.load('sample-1'));
    await clock.advance(3333);
    const { ocaId } = player.stats();
    network.deadOcas.add(ocaId ?? '');
    await clock.advance(120_000);
    expect(player.stats()).toMatchObject({ state: 'ended', rebufferCount: 0 });
    expect(log['hand-over']?.length).toBeGreaterThan(0);
    expectCompleteLedger(player);
  });

  it('goes on though every region is dead', async () => {
    const { clock, player, network } = stage();
    await clock.resolve(player.load('sample-1'));
    Object.assign(network.regions, { near: 'refuses', far: 'refuses' });
    network.deadOcas.add(player.stats().ocaId ?? '');
    await clock.advance(60_000);
    expect(player.state).toBe('ended');
  });

  it('fails with a typed error when no server is left', async () => {
    const { clock, player, network, log } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(200);
    for (const { ocaId } of network.play.servers) network.deadOcas.add(ocaId);
    await clock.advance(200_000);
    expect(player.state).toBe('failed');
    expect(log.error).toMatchObject([{ error: { code: 'delivery/no-server-left' } }]);
  });

  it('asks another server for the same position when media does not decode, and gives up after that', async () => {
    const { clock, player, engine, log } = stage({}, { segments: 20 });
    let host: EngineHost | undefined;
    const open = engine.open.bind(engine);
    engine.open = (presentation, given, options) => {
      host = given;
      open(presentation, given, options);
    };
    await clock.resolve(player.load('sample-1'));
    const servers = new Set<string>();
    for (const retry of [1, 2]) {
      await clock.advance(6000);
      servers.add(log['segment-delivered']?.at(-1)?.ocaId ?? '');
      const { positionMs } = player.stats();
      host?.notify({ type: 'failed', cause: 'decode', error: new Error('bad box') });
      expect(player.stats()).toMatchObject({ state: 'rebuffering', positionMs });
      await clock.advance(2000);
      expect(player.stats()).toMatchObject({ state: 'playing', rebufferCount: retry });
      const after = player.ledger().entries.filter(({ startedAtMs }) => startedAtMs >= clock.nowMs() - 2000);
      expect(after.length).toBeGreaterThan(0);
      expect(after.every(({ ocaId }) => !servers.has(ocaId))).toBe(true);
    }
    host?.notify({ type: 'failed', cause: 'decode', error: new Error('bad box') });
    expect(player.state).toBe('failed');
    expect(log.error).toMatchObject([{ error: { code: 'media/decode' } }]);
  });

  it('rejects the load when the engine cannot play the title', async () => {
    const { clock, player, engine } = stage();
    engine.open = () => {
      throw new Error('no MediaSource');
    };
    await expect(clock.resolve(player.load('sample-1'))).rejects.toMatchObject({ code: 'media/unsupported' });
    expect(player.state).toBe('failed');
    await clock.advance(5000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer behind', async () => {
    const { clock, player } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(3000);
    player.stop();
    await clock.advance(5000);
    expect(clock.pendingTimers).toBe(0);
    expect(player.ledger().entries.length).toBeGreaterThan(0);
  });
});

describe('the facade', () => {
  it('lets a second load replace the first', async () => {
    const { clock, player } = stage();
    const first = player.load('sample-1');
    const second = player.load('sample-1', { startAtMs: 4000 });
    await expect(first).rejects.toMatchObject({ code: 'player/invalid-call' });
    await clock.resolve(second);
    expect(player.stats().positionMs).toBe(4000);
  });

  it('refuses calls that make no sense', async () => {
    const { player } = stage();
    expect(() => player.play()).toThrow(expect.objectContaining({ code: 'player/invalid-call' }));
    expect(() => player.seek(1)).toThrow(expect.objectContaining({ code: 'player/invalid-call' }));
    await expect(player.load('')).rejects.toMatchObject({ code: 'player/invalid-call' });
    expect(player.stats()).toMatchObject({ state: 'idle', positionMs: 0, servers: [] });
  });

  it('is destroyed once, and for good', async () => {
    const { clock, player, network } = stage();
    const load = player.load('sample-1');
    player.destroy();
    player.destroy();
    await expect(load).rejects.toMatchObject({ code: 'player/invalid-call' });
    await expect(player.load('sample-1')).rejects.toMatchObject({ code: 'player/invalid-call' });
    await clock.advance(5000);
    expect(network.asked.length).toBeLessThanOrEqual(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('plays on when a listener throws', async () => {
    const { clock, player, log } = stage();
    player.on('state', () => {
      throw new Error('a bug of the app');
    });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(log.state?.at(-1)?.to).toBe('ended');
  });

  it('shows every listener the same order of events, whatever another listener does', async () => {
    const { clock, player, log } = stage();
    const stopListening = player.on('state', ({ to }) => {
      if (to === 'playing') player.pause();
    });
    const seen: string[] = [];
    player.on('state', ({ to }) => void seen.push(to));
    await clock.resolve(player.load('sample-1'));
    await clock.advance(5000);
    expect(seen).toEqual(['loading', 'ready', 'playing', 'paused']);
    expect(log.state?.map(({ to }) => to)).toEqual(seen);
    stopListening();
    player.play();
    await clock.advance(1000);
    expect(player.state).toBe('playing');
  });

  it('takes an access token from a function, and says when that fails', async () => {
    const { clock, player, network } = stage({ accessToken: async () => Promise.reject(new Error('logged out')) });
    await expect(clock.resolve(player.load('sample-1'))).rejects.toMatchObject({ code: 'auth/missing' });
    expect(network.asked).toHaveLength(0);
  });
});
