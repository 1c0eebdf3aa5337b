import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { PlainPlay, PlainPlayAnswer } from '../operations/plain-plays.ts';
import { plainDoor } from './plain-door.ts';

/** By its own rule vitest waits for a second: too short for a machine that is busy. */
const SOON = { timeout: 20_000 };

const asked: PlainPlay[] = [];
const others: (string | undefined)[] = [];
let answerNow: () => void = () => undefined;
/** What was told of answers that were not heard: whether that was certain. */
const unheard: boolean[] = [];

const server = createServer(
  plainDoor(
    {
      answerPlay: (play) => {
        asked.push(play);
        return new Promise<PlainPlayAnswer>((resolve) => {
          answerNow = () =>
            resolve({ status: 200, headers: [], body: '{}', tellUnheard: (isCertain) => unheard.push(isCertain) });
        });
      },
    },
    ({ url }, response) => {
      others.push(url);
      response.end();
    },
  ),
).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => {
  asked.length = 0;
  others.length = 0;
  unheard.length = 0;
});

const post = (path: string, headers: Record<string, string> = {}) =>
  `POST ${path} HTTP/1.1\r\nHost: region\r\n${Object.entries({ 'Content-Length': '2', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

async function send(text: string) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

it('knows whether a client went away before its answer', async () => {
  const [stays, leaves] = [await send(`${post('/v1/plays')}{}`), await send(`${post('/v1/plays/abc/renew')}{}`)];
  await vi.waitUntil(() => asked.length === 2, SOON);
  expect(new Set(asked.map(({ renews }) => renews))).toEqual(new Set([undefined, 'abc']));
  expect(asked.map(({ text }) => text)).toEqual(['{}', '{}']);
  const isGone = (renews: string | undefined) => asked.find((play) => play.renews === renews)?.isGone?.();
  expect([isGone(undefined), isGone('abc')]).toEqual([false, false]);
  leaves.destroy();
  await vi.waitUntil(() => isGone('abc') === true, SOON);
  expect(isGone(undefined)).toBe(false);
  answerNow();
  stays.destroy();
});

describe('an answer', () => {
  async function answered() {
    const socket = await send(`${post('/v1/plays')}{}`);
    await vi.waitUntil(() => asked.length === 1, SOON);
    return socket;
  }
  /** Whatever one connection told, the server has heard by then. */
  const gone = async (socket: Socket) => {
    await vi.waitUntil(() => socket.closed, SOON);
    const probe = await send(post('/v1/live', { 'Content-Length': '0' }));
    await once(probe, 'data');
    probe.destroy();
  };

  it('to a client that has gone was certainly not heard', async () => {
    const socket = await answered();
    socket.destroy();
    await vi.waitUntil(() => asked[0]?.isGone?.() === true, SOON);
    answerNow();
    await vi.waitUntil(() => unheard.length > 0, SOON);
    expect(unheard).toEqual([true]);
  });

  it('that was sent and left unread by whoever broke the connection may not have been heard', async () => {
    const socket = await answered();
    socket.pause();
    answerNow();
    socket.resetAndDestroy();
    await vi.waitUntil(() => unheard.length > 0, SOON);
    expect(unheard).toHaveLength(1);
  });

  it('was heard by whoever closes the connection in order after it, and by whoever asks again', async () => {
    const first = await answered();
    answerNow();
    await once(first, 'data');
    first.end();
    await gone(first);
    asked.length = 0;
    const second = await answered();
    answerNow();
    await once(second, 'data');
    second.write(post('/v1/live', { 'Content-Length': '0' }));
    await once(second, 'data');
    second.resetAndDestroy();
    await gone(second);
    expect(unheard).toEqual([]);
  });
});

it('leaves to the web what does not say how long it is, what is too long and what is another route', async () => {
  const sockets = [
    await send(
      `${post('/v1/plays', { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }).replace('Content-Length: \r\n', '')}2\r\n{}\r\n0\r\n\r\n`,
    ),
    await send(post('/v1/plays', { 'Content-Length': '70000' })),
    await send(`${post('/v1/plays/a%62c/renew')}{}`),
    await send(`${post('/v1/plays/abc/end')}{}`),
    await send('POST /v1/plays HTTP/1.1\r\nHost: region\r\n\r\n'),
  ];
  await vi.waitUntil(() => others.length === sockets.length, SOON);
  expect(asked).toEqual([]);
  for (const socket of sockets) socket.destroy();
});
