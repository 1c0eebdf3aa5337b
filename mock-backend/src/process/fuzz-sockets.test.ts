import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_ROUTES } from '../operations/api-routes.ts';
import { REGION_SECRET, startMemoryRegion } from '../testing/region-process.ts';
import {
  FUZZED_OCA,
  type Keys,
  rightHeaders,
  rightPath,
  type StrangeRequest,
  strangeRequests,
} from '../testing/strange-requests.ts';
import { issueAccessToken } from './access-tokens.ts';
import { deriveKeys } from './keys.ts';
import type { RegionServer } from './region-server.ts';

const TAKING = API_ROUTES.filter(({ takes }) => takes);
const MIB = 1024 * 1024;

let region: RegionServer;
let keys: Keys;

beforeAll(async () => {
  region = await startMemoryRegion(500);
  const { accountsKey, operatorToken, ocaTokenFor } = deriveKeys(REGION_SECRET);
  const account = await issueAccessToken(accountsKey, 'demo');
  const playId = 'a'.repeat(32);
  const media = `7fffffff-${playId}-film-${'b'.repeat(32)}`;
  keys = {
    account,
    operator: operatorToken,
    oca: ocaTokenFor(FUZZED_OCA),
    media,
    ticket: media,
    permit: 'none',
    playId,
  };
});
afterAll(() => region.drain(100));

const lives = async (): Promise<boolean> => (await fetch(`${region.url}/v1/live`)).ok;

function answered({ method, path, headers, body }: StrangeRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest(`${region.url}${path}`, { method, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

it('every route answers strange requests over a socket, and none with a 500', { timeout: 300_000 }, async () => {
  for (const route of API_ROUTES)
    await fc.assert(
      fc.asyncProperty(strangeRequests(route, keys), async (asked) => {
        expect(await answered(asked), `${asked.method} ${asked.path}`).not.toBe(500);
      }),
      { numRuns: 15 },
    );
  expect(await lives()).toBe(true);
});

/** What comes until the connection is closed, which the region has to do. */
function sent(head: string, write: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(region.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
    socket.write(`${head}\r\n`);
    write(socket);
  });
}

const headOf = (route: (typeof TAKING)[number], ...lines: readonly string[]): string =>
  [
    `${route.method.toUpperCase()} ${rightPath(route, keys)} HTTP/1.1`,
    'Host: region',
    'Connection: close',
    ...Object.entries(rightHeaders(route, keys)).map(([name, value]) => `${name}: ${value}`),
    ...lines,
    '',
  ].join('\r\n');

it('every route that takes a body lets go of one that does not come, and of one that says that it is huge', async () => {
  const slow = TAKING.map((route) => sent(headOf(route, 'Content-Length: 500'), (socket) => socket.write('{"')));
  const huge = TAKING.map((route) => sent(headOf(route, `Content-Length: ${2 ** 40}`), (socket) => socket.write('{"')));
  for (const said of await Promise.all([...slow, ...huge])) expect(said).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect(await lives()).toBe(true);
});

it('every route that takes a body refuses one without an end, soon after it is too long', async () => {
  for (const route of TAKING) {
    let sentBytes = 0;
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const said = await sent(headOf(route, 'Transfer-Encoding: chunked'), (socket) => {
      const more = (): void => {
        while (!socket.destroyed && sentBytes < 64 * MIB) {
          sentBytes += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
        socket.destroy();
      };
      more();
    });
    expect(said, route.path).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    expect(sentBytes, route.path).toBeLessThan(64 * MIB);
  }
  expect(await lives()).toBe(true);
});
