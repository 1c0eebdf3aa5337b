import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
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

/** A store whose catalog fails with these errors, one each time it is asked, and answers after them. */
function stumbling(...errors: readonly Error[]): Store & { readonly left: Error[] } {
  const store = Object.assign(new MemoryStore(), { left: [...errors] });
  const titlesSince = store.titlesSince.bind(store);
  store.titlesSince = (revision) => {
    const error = store.left.shift();
    return error ? Promise.reject(error) : titlesSince(revision);
  };
  return store;
}

it('starts where the database is slow at first, and does not where it refuses', async () => {
  const late = new Error('Query read timeout');
  const slow = stumbling(late, late);
  region = await startMemoryRegion(LONG_MS, slow);
  expect(slow.left).toEqual([]);
  expect((await fetch(`${region.url}/v1/live`)).status).toBe(200);
  await region.drain(0);
  const refusal = Object.assign(new Error('relation "titles" does not exist'), { code: '42P01' });
  const refusing = stumbling(refusal, late);
  await expect(startMemoryRegion(LONG_MS, refusing)).rejects.toBe(refusal);
  expect(refusing.left).toEqual([late]);
});
