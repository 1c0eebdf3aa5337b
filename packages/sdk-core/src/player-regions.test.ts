import { describe, expect, it } from 'vitest';
import { playerStage as stage } from './testing/player-stage.ts';

describe('regions', () => {
  const unknown = JSON.stringify({
    error: { code: 'title/unknown', message: 'No such title.', context: { titleId: 'x' } },
  });

  it.each([
    ['refuses the connection', 'refuses', 'connection refused'],
    ['hangs', 'hangs', 'slower than usual'],
    ['answers nonsense', { status: 200, body: '<html>' }, 'region/bad-response: the body is not JSON'],
    [
      'is broken',
      { status: 503, body: '{"error":{"code":"store/unavailable","message":"x","context":{}}}' },
      'store/unavailable',
    ],
  ] as const)(
    'asks the next one with the same key when the first %s, and prefers it from then on',
    async (_, manner, cause) => {
      const { clock, player, network, log } = stage();
      network.regions.near = manner;
      await clock.resolve(player.load('sample-1'));
      expect(log['region-failover']).toEqual([{ from: 'near', to: 'far', cause }]);
      const [first, second] = network.asked;
      expect(second?.body).toBe(first?.body);
      expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThanOrEqual(500);
      expect(player.stats().region).toBe('far');
      await clock.resolve(player.load('sample-1'));
      expect(log['region-failover']).toHaveLength(1);
    },
  );

  it('passes a refusal through at once', async () => {
    const { clock, player, network, log } = stage();
    network.regions.near = { status: 404, body: unknown };
    await expect(clock.resolve(player.load('x'))).rejects.toMatchObject({
      code: 'title/unknown',
      context: { titleId: 'x' },
    });
    expect(network.asked).toHaveLength(1);
    expect(player.state).toBe('failed');
    expect(log.error).toHaveLength(1);
  });

  it('says what each region said when all fail', async () => {
    const { clock, player, network } = stage();
    Object.assign(network.regions, { near: 'refuses', far: 'hangs' });
    await expect(clock.resolve(player.load('x'))).rejects.toMatchObject({
      code: 'region/unreachable',
      context: { regions: ['near: connection refused', 'far: No answer within 6000 ms.'] },
    });
    expect(clock.nowMs()).toBeLessThan(10_000);
  });

  it('gives all of them more time once, where the line and not they were slow', async () => {
    const { clock, player, network } = stage();
    network.latencyMs = 2500;
    const loading = player.load('sample-1');
    await clock.advance(8000);
    network.latencyMs = 10;
    await clock.resolve(loading);
    const asked = network.asked.filter(({ url }) => url.endsWith('/v1/plays')).map(({ url }) => new URL(url).host);
    expect(asked).toEqual(['near.test', 'far.test', 'near.test', 'far.test']);
  });

  it('does not wait for ever for the app to say who the viewer is', async () => {
    const { clock, player } = stage({ accessToken: () => new Promise(() => {}) });
    await expect(clock.resolve(player.load('sample-1'))).rejects.toMatchObject({ code: 'auth/missing' });
    expect(clock.nowMs()).toBe(10_000);
  });

  it('asks the next one where a region that may just have started calls a title not live', async () => {
    const { clock, player, network } = stage();
    const notLive = { status: 409, body: '{"error":{"code":"title/not-live","message":"0 of 4.","context":{}}}' };
    network.regions.near = notLive;
    await clock.resolve(player.load('sample-1'));
    expect(player.stats().region).toBe('far');
    network.regions.far = notLive;
    await expect(clock.resolve(player.load('sample-1'))).rejects.toMatchObject({ code: 'title/not-live' });
  });

  it('tells that no server is left where a region knows it', async () => {
    const { clock, player, network } = stage();
    const noServer = { status: 503, body: '{"error":{"code":"steering/no-server","message":"None.","context":{}}}' };
    Object.assign(network.regions, { near: noServer, far: 'hangs' });
    await expect(clock.resolve(player.load('x'))).rejects.toMatchObject({ code: 'steering/no-server' });
  });
});
