import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sampleBytes, samplePlayResponse } from '@pressplay/sdk-core/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPlayer } from './create-player.ts';
import { HeadlessEngine, mediaPlaylist, PlayerError } from './index.ts';

/** One process as region and as two OCAs, told apart by path; the first OCA breaks off inside the third answer. */
const response = samplePlayResponse({ segments: 6, segmentMs: 400, servers: 2 });
const asked: { oca: number; range: string }[] = [];
let server: Server;
let baseUrl: string;

function answer(request: IncomingMessage, reply: ServerResponse): void {
  const [path = ''] = (request.url ?? '').split('?');
  const [, root = '', token, fileId] = path.split('/');
  if (root === 'v1') {
    const servers = response.servers.map((oca, at) => ({ ...oca, baseUrl: `${baseUrl}/oca${at}` }));
    reply.end(JSON.stringify({ ...response, servers }));
    return;
  }
  const oca = Number(root.slice(3));
  const range = request.headers.range ?? '';
  asked.push({ oca, range });
  const file = response.fileSets[0]?.renditions.find((rendition) => rendition.fileId === fileId);
  if (token !== response.token || !file) return void reply.writeHead(404).end();
  const [, first = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(range) ?? [];
  const end = last === '' ? file.sizeBytes : Number(last) + 1;
  const body = sampleBytes(file, Number(first), end);
  reply.writeHead(206, {
    etag: file.etag,
    'content-range': `bytes ${first}-${end - 1}/${file.sizeBytes}`,
    'content-length': body.length,
  });
  if (oca === 0 && asked.filter((one) => one.oca === 0).length > 6) {
    reply.write(body.subarray(0, body.length >> 1), () => setTimeout(() => request.socket.resetAndDestroy(), 10));
  } else reply.end(body);
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('plays a title over real sockets, past a dead region and a server that breaks off', async () => {
  const regions = [
    { regionId: 'gone', baseUrl: 'http://127.0.0.1:9' },
    { regionId: 'here', baseUrl },
  ];
  const player = createPlayer({ regions, accessToken: 'x' });
  const handOvers: string[] = [];
  player.on('hand-over', ({ from, to }) => void handOvers.push(`${from} ${to}`));
  const ended = new Promise<void>((resolve, reject) => {
    player.on('state', ({ to }) => to === 'ended' && resolve());
    player.on('error', ({ error }) => reject(error));
  });
  // All of it is fetched before it plays: how busy this machine is decides nothing.
  await player.load(response.titleId, { autoplay: false });
  await new Promise<void>((resolve) => {
    const look = (): unknown => (player.stats().bufferAheadMs >= 2400 ? resolve() : setTimeout(look, 10));
    look();
  });
  player.play();
  await ended;
  const { rebufferCount, bytes, positionMs } = player.stats();
  expect({ rebufferCount, positionMs }).toEqual({ rebufferCount: 0, positionMs: 2400 });
  expect(handOvers).toContain('oca-0 oca-1');
  const { video, audio } = player.presentation ?? { video: [], audio: [] };
  const delivered = new Map<string, number>();
  for (const { renditionId, segmentNumber, requestedFrom, deliveredTo } of player.ledger().entries) {
    const key = `${renditionId}/${segmentNumber}`;
    delivered.set(key, (delivered.get(key) ?? 0) + deliveredTo - requestedFrom);
  }
  let total = 0;
  for (const [key, size] of delivered) {
    const [renditionId, number] = key.split('/');
    const segment = [...video, ...audio].find((view) => view.renditionId === renditionId)?.segments[Number(number)];
    expect(size).toBe((segment?.endByte ?? 0) - (segment?.startByte ?? 0));
    total += size;
  }
  expect(bytes.deliveredBytes).toBe(total);
  player.destroy();
});

it('hands the public parts of the core on', () => {
  expect([typeof HeadlessEngine, typeof mediaPlaylist, typeof PlayerError]).toEqual([
    'function',
    'function',
    'function',
  ]);
});
