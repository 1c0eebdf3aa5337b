import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PlainPlay, PlainPlayAnswer } from '../operations/plain-plays.ts';
import { joinJson } from '../playback/join-json.ts';
import { plainDoor } from './plain-door.ts';
import { PlayLane } from './play-lane.ts';

/** By its own rule vitest waits for a second: too short for a machine that is busy. */
const SOON = { timeout: 20_000 };
const LONG_MS = 60_000;
/** What makes a request node's. */
const ODD = { 'X-Odd': '\xff' };

interface Laned {
  readonly server: Server;
  readonly lane: PlayLane;
  readonly port: number;
  /** Requests that node read. */
  readonly nodes: string[];
}

let laned: Laned | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  const { lane, server } = laned ?? {};
  lane?.closeAll();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  laned = undefined;
});

async function serve(
  answerPlay: (play: PlainPlay) => Promise<PlainPlayAnswer>,
  { headersMs = LONG_MS, keepAliveMs = LONG_MS, checkMs = 1000 } = {},
): Promise<Laned> {
  const nodes: string[] = [];
  const server = createServer(
    { keepAliveTimeout: keepAliveMs },
    plainDoor({ answerPlay }, (_request, response) => void response.end('other')),
  );
  server.prependListener('request', ({ url }) => nodes.push(url ?? ''));
  const lane = new PlayLane(server, answerPlay, { headersMs, checkMs });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  laned = { server, lane, port, nodes };
  return laned;
}

const ask = (body: string, headers: Record<string, string> = {}, path = '/v1/plays'): Buffer => {
  const lines = Object.entries({ Host: 'x', 'Content-Length': String(Buffer.byteLength(body)), ...headers });
  const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
};

/** A connection by hand; `answers` takes what came apart. */
async function client() {
  const socket = connect({ port: laned?.port ?? 0, host: '127.0.0.1', noDelay: true });
  sockets.push(socket);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => void chunks.push(chunk));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const answers = (): { readonly head: string; readonly body: string }[] => {
    const found = [];
    for (let rest = Buffer.concat(chunks); rest.length > 0; ) {
      const bodyAt = rest.indexOf('\r\n\r\n') + 4;
      const head = rest.toString('latin1', 0, bodyAt);
      const bytes = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN);
      if (bodyAt < 4 || !(rest.length >= bodyAt + bytes)) break;
      found.push({ head, body: rest.toString('utf8', bodyAt, bodyAt + bytes) });
      rest = rest.subarray(bodyAt + bytes);
    }
    return found;
  };
  const until = async (count: number): Promise<ReturnType<typeof answers>> => {
    await vi.waitUntil(() => answers().length >= count || socket.closed, SOON);
    return answers();
  };
  return { socket, answers, until };
}

const HEADERS = ['Content-Type', 'application/json', 'X-Request-Id', 'request-1'];
/** Answers what was said, as a text or as bytes of the memory of answers. */
const echoed = async (play: PlainPlay): Promise<PlainPlayAnswer> => {
  const { text, renews } = play;
  const said = `${renews ?? 'new'} ${text} ${play.header('Authorization') ?? ''}`;
  return { status: 200, headers: HEADERS, body: text.startsWith('bytes') ? joinJson([said]) : said };
};

const linesOf = (head = ''): string[] =>
  head
    .replace(/^Date: .*$/m, 'Date')
    .split('\r\n')
    .sort();

describe('a connection of plain play requests', () => {
  it.each(['words: ä€😀', 'bytes: ä€😀'])('answers one after the other as node does: %s', async (text) => {
    const { nodes } = await serve(echoed);
    const { socket, until } = await client();
    socket.write(ask(text));
    await until(1);
    socket.write(ask(`\ufeff${text}`, { authorization: 'Bearer y' }, '/v1/plays/abc/renew'));
    await until(2);
    expect(nodes).toEqual([]);
    socket.write(ask(text, ODD));
    const answers = await until(3);
    expect(nodes).toEqual(['/v1/plays']);
    expect(answers.map(({ body }) => body)).toEqual([`new ${text} `, `abc ${text} Bearer y`, `new ${text} `]);
    expect(linesOf(answers[0]?.head)).toEqual(linesOf(answers[2]?.head));
    expect(answers[0]?.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('says the same as node where it refuses, and where it is the last one', async () => {
    await serve(async () => ({ status: 429, headers: [...HEADERS, 'Retry-After', '1'], body: '{}' }));
    const [plain, odd] = [await client(), await client()];
    plain.socket.write(ask('', { Connection: 'close' }));
    odd.socket.write(ask('', { Connection: 'close', ...ODD }));
    const heads = [await plain.until(1), await odd.until(1)].map(([answer]) => linesOf(answer?.head));
    expect(heads[0]).toEqual(heads[1]);
    await vi.waitUntil(() => plain.socket.readableEnded && odd.socket.readableEnded, SOON);
  });

  it('becomes one of node with its first request that is not, and stays whole', async () => {
    const { nodes } = await serve(echoed);
    const { socket, until } = await client();
    socket.write(ask('1'));
    await until(1);
    const bytes = ask('2');
    socket.write(bytes.subarray(0, bytes.length - 1));
    await vi.waitUntil(() => nodes.length === 1, SOON);
    socket.write(bytes.subarray(bytes.length - 1));
    await until(2);
    socket.write(ask('3'));
    await until(3);
    socket.write(ask('4', {}, '/v1/live'));
    const bodies = (await until(4)).map(({ body }) => body);
    expect(bodies).toEqual(['new 1 ', 'new 2 ', 'new 3 ', 'other']);
    expect(nodes).toEqual(['/v1/plays', '/v1/plays', '/v1/live']);
  });

  it('keeps what comes while it answers, however much that is', async () => {
    const waiting: (() => void)[] = [];
    let isOpen = false;
    await serve(async (play) => {
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
      return echoed(play);
    });
    const { socket, until } = await client();
    socket.write(ask('first'));
    await vi.waitUntil(() => waiting.length > 0, SOON);
    const others = Array.from(
      { length: 400 },
      (_, at) => `${at % 2 === 0 ? 'bytes' : 'words'} ${at}${' '.repeat(500)}`,
    );
    for (const text of others) socket.write(ask(text));
    isOpen = true;
    for (const goOn of waiting) goOn();
    const bodies = (await until(401)).map(({ body }) => body);
    expect(bodies).toEqual(['first', ...others].map((text) => `new ${text} `));
  });

  it('tells answers in memory that is used again apart', async () => {
    await serve(echoed);
    const clients = await Promise.all(Array.from({ length: 8 }, () => client()));
    for (let round = 0; round < 10; round++) {
      const texts = clients.map((_, at) => `bytes ${round} ${String(at).repeat(30_000)}`);
      for (const [at, { socket }] of clients.entries()) socket.write(ask(texts[at] ?? ''));
      const answers = await Promise.all(clients.map(({ until }) => until(round + 1)));
      expect(answers.map((all) => all.at(-1)?.body)).toEqual(texts.map((text) => `new ${text} `));
    }
  });

  it('breaks, and nothing else, where a play is not answered or has a header that is none', async () => {
    const { nodes } = await serve(async (play) => {
      if (play.text === 'fails') throw new Error('broken');
      if (play.text === 'splits') return { status: 200, headers: ['X', 'a\r\nY: b'], body: '' };
      return echoed(play);
    });
    for (const text of ['fails', 'splits']) {
      const { socket, answers } = await client();
      socket.write(ask(text));
      await vi.waitUntil(() => socket.closed, SOON);
      expect(answers()).toEqual([]);
    }
    const { socket, until } = await client();
    socket.write(ask('lives'));
    expect(await until(1)).toHaveLength(1);
    expect(nodes).toEqual([]);
  });
});

describe.each([
  ['on the lane', {}],
  ['at node', ODD],
] as const)('a client %s', (_where, headers: Record<string, string>) => {
  /** One play is asked for; `answerNow` answers it. */
  async function asked() {
    const asks: PlainPlay[] = [];
    const unheard: boolean[] = [];
    let answerNow: () => void = () => undefined;
    const { port } = await serve((play) => {
      asks.push(play);
      return new Promise((resolve) => {
        answerNow = () =>
          resolve({ status: 200, headers: HEADERS, body: '{}', tellUnheard: (isCertain) => unheard.push(isCertain) });
      });
    });
    const one = await client();
    one.socket.write(ask('{}', headers));
    await vi.waitUntil(() => asks.length === 1, SOON);
    /** Whatever one connection told, the server has heard by then. */
    const settled = async () => {
      await vi.waitUntil(() => one.socket.closed, SOON);
      const probe = connect(port, '127.0.0.1');
      sockets.push(probe);
      probe.write(ask('', {}, '/v1/live'));
      await once(probe, 'data');
    };
    return { ...one, asks, unheard, answerNow: () => answerNow(), settled };
  }

  it.each([
    ['breaks the connection', (socket: Socket) => void socket.resetAndDestroy()],
    ['closes the connection', (socket: Socket) => void socket.destroy()],
    ['says that nothing more comes', (socket: Socket) => void socket.end()],
  ])('that %s before its answer has certainly not heard it', async (_how, leave) => {
    const { socket, asks, unheard, answerNow } = await asked();
    expect(asks[0]?.isGone?.()).toBe(false);
    leave(socket);
    await vi.waitUntil(() => asks[0]?.isGone?.() === true, SOON);
    answerNow();
    await vi.waitUntil(() => unheard.length > 0, SOON);
    expect(unheard).toEqual([true]);
  });

  it('that breaks the connection with its answer unread may not have heard it', async () => {
    const { socket, unheard, answerNow } = await asked();
    socket.pause();
    answerNow();
    socket.resetAndDestroy();
    await vi.waitUntil(() => unheard.length > 0, SOON);
    expect(unheard).toHaveLength(1);
  });

  it('that closes the connection in order after its answer has heard it', async () => {
    const { socket, until, unheard, answerNow, settled } = await asked();
    answerNow();
    await until(1);
    socket.end();
    await settled();
    expect(unheard).toEqual([]);
  });

  it('that asks again has heard it', async () => {
    const { socket, asks, until, unheard, answerNow, settled } = await asked();
    answerNow();
    await until(1);
    socket.write(ask('', {}, '/v1/live'));
    await until(2);
    socket.resetAndDestroy();
    await settled();
    expect([asks.length, unheard]).toEqual([1, []]);
  });
});

describe('a connection that waits', () => {
  it('is closed where its client has nothing to say, at first and after an answer', async () => {
    await serve(echoed, { headersMs: 1500, checkMs: 50 });
    const [silent, waiting] = [await client(), await client()];
    waiting.socket.write(ask('1'));
    await vi.waitUntil(() => silent.socket.closed, SOON);
    expect([waiting.socket.closed, waiting.answers().length]).toEqual([false, 1]);
  });

  it('stays for as long as was promised and no longer', async () => {
    await serve(echoed, { keepAliveMs: 1000, checkMs: 20 });
    const [quiet, silent] = [await client(), await client()];
    quiet.socket.write(ask('1'));
    expect((await quiet.until(1))[0]?.head).toContain('Keep-Alive: timeout=1');
    await vi.waitUntil(() => quiet.socket.closed, SOON);
    expect(silent.socket.closed).toBe(false);
  });

  it('ends with its answer where the server closes, or at once where there is none', async () => {
    let answerNow: () => void = () => undefined;
    let isAsked = false;
    const { lane, server } = await serve(async (play) => {
      isAsked = true;
      await new Promise<void>((resolve) => {
        answerNow = resolve;
      });
      return echoed(play);
    });
    const [idle, running] = [await client(), await client()];
    running.socket.write(ask('1'));
    await vi.waitUntil(() => isAsked, SOON);
    const closed = new Promise((resolve) => server.close(resolve));
    lane.close();
    await vi.waitUntil(() => idle.socket.closed, SOON);
    expect(running.socket.closed).toBe(false);
    answerNow();
    const [answer] = await running.until(1);
    expect(answer?.body).toBe('new 1 ');
    expect(answer?.head).toContain('Connection: close');
    await closed;
  });

  it('is closed with all others where the server waits no longer', async () => {
    let isAsked = false;
    const { lane } = await serve(() => {
      isAsked = true;
      return new Promise(() => undefined);
    });
    const { socket } = await client();
    socket.write(ask('1'));
    await vi.waitUntil(() => isAsked, SOON);
    lane.closeAll();
    await vi.waitUntil(() => socket.closed, SOON);
  });
});
