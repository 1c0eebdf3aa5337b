import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REGION_SECRET, startMemoryRegion } from '../testing/region-process.ts';
import { issueAccessToken } from './access-tokens.ts';
import { deriveKeys } from './keys.ts';
import type { RegionServer } from './region-server.ts';

let region: RegionServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  region = await startMemoryRegion(300);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await region.drain(100);
});

/** Everything that comes until the server closes the connection. */
async function dripped(parts: readonly string[], everyMs: number): Promise<string> {
  const { hostname, port } = new URL(region.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  let next = 0;
  const timer = setInterval(() => {
    if (socket.writable) socket.write(parts[Math.min(next++, parts.length - 1)] ?? '');
  }, everyMs);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return answer;
}

it('lets go of clients that send their request drop by drop, and answers others meanwhile', async () => {
  const head = 'POST /v1/plays HTTP/1.1\r\nHost: region\r\nContent-Length: 5000\r\n';
  const token = await issueAccessToken(deriveKeys(REGION_SECRET).accountsKey, 'demo');
  const slow = [
    dripped(['GET /v1/health HTTP/1.1\r\n', 'X: y\r\n'], 20),
    dripped([`${head}Authorization: Bearer ${token}\r\n\r\n`, '{'], 20),
  ];
  for (let n = 0; n < 5; n++) expect((await fetch(`${region.url}/v1/health`)).status).toBe(200);
  for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect((await fetch(`${region.url}/v1/health`)).status).toBe(200);
});

it('refuses what is no HTTP, and lives on', async () => {
  for (const words of [
    '\u0000\u0001\u0002\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(70_000)} HTTP/1.1\r\n\r\n`,
  ])
    expect(await dripped([words], 5)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect((await fetch(`${region.url}/v1/health`)).status).toBe(200);
});
