import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { REGION_SECRET, startMemoryRegion } from '../testing/region-process.ts';
import { DEVICE } from '../testing/test-region.ts';
import { issueAccessToken } from './access-tokens.ts';
import { deriveKeys } from './keys.ts';
import type { RegionServer } from './region-server.ts';

const LONG_MS = 60_000;
let region: RegionServer | undefined;
afterEach(() => region?.drain(0));

const start = (): Promise<RegionServer> => startMemoryRegion(LONG_MS);

/** A play request whose last byte is held back. */
async function halfRequest(url: string) {
  const token = await issueAccessToken(deriveKeys(REGION_SECRET).accountsKey, 'demo');
  const body = JSON.stringify({ titleId: 'none', device: DEVICE, idempotencyKey: 'key-00000001' });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const head = `POST /v1/plays HTTP/1.1\r\nHost: region\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(head + body.slice(0, -1));
  return {
    async finish(): Promise<string> {
      socket.write(body.slice(-1));
      await once(socket, 'close');
      return answer;
    },
    closed: once(socket, 'close'),
  };
}

it(
  'goes in order: says so in its health, answers meanwhile, takes nothing new, ends what runs',
  async () => {
    region = await start();
    const { url } = region;
    const half = await halfRequest(url);
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
    let isLeft = () => {};
    const left = new Promise<void>((resolve) => {
      isLeft = resolve;
    });
    let ended = false;
    const drained = region.drain(LONG_MS, left).then(() => {
      ended = true;
    });
    const health = await fetch(`${url}/v1/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      ready: false,
      degraded: { reason: expect.stringContaining('ending') },
    });
    expect((await fetch(`${url}/v1/live`)).status).toBe(200);
    isLeft();
    await expect
      .poll(
        () =>
          fetch(`${url}/v1/live`).then(
            (answer) => answer.status,
            () => 'refused',
          ),
        { timeout: LONG_MS },
      )
      .toBe('refused');
    expect(ended).toBe(false);
    const answer = await half.finish();
    expect(answer).toContain('HTTP/1.1 404');
    expect(answer).toContain('title/unknown');
    await drained;
  },
  LONG_MS,
);

it('does not wait longer than its limit for a client that never ends', async () => {
  region = await start();
  const half = await halfRequest(region.url);
  await fetch(`${region.url}/v1/live`);
  await region.drain(50);
  await half.closed;
});
