import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ocaWith, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { listen, type NodeServer } from './node-server.ts';

const file = testFile(300_000);
const path = `/${tokenFor()}/${file.entry.fileId}`;
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let server: NodeServer | undefined;
afterEach(() => server?.close(0));

const ask = (from: number, bytes: number, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=${from}-${from + bytes - 1}\r\n${more}\r\n`;

/** A connection by hand; `answers` takes what came apart. */
async function client() {
  const { hostname, port } = new URL(server?.url ?? '');
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  const chunks: Buffer[] = [];
  const state = { isClosed: false };
  socket.on('data', (chunk) => void chunks.push(chunk));
  socket.on('error', () => {});
  socket.on('close', () => {
    state.isClosed = true;
  });
  const answers = (): { readonly head: string; readonly body: Buffer }[] => {
    const found = [];
    for (let rest = Buffer.concat(chunks); rest.length > 0; ) {
      const bodyAt = rest.indexOf('\r\n\r\n') + 4;
      const head = rest.toString('latin1', 0, bodyAt);
      const bytes = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN);
      if (bodyAt < 4 || !(rest.length >= bodyAt + bytes)) break;
      found.push({ head, body: rest.subarray(bodyAt, bodyAt + bytes) });
      rest = rest.subarray(bodyAt + bytes);
    }
    return found;
  };
  const until = async (count: number): Promise<ReturnType<typeof answers>> => {
    for (let i = 0; i < 2000 && answers().length < count && !state.isClosed; i++) await tick(10);
    return answers();
  };
  return { socket, state, answers, until };
}

async function served(options: Parameters<typeof listen>[1] = { host: '127.0.0.1', port: 0 }) {
  const fixture = await ocaWith([file]);
  server = await listen(fixture.oca, options);
  return fixture;
}

/** Where each begins, by its head; -1 where its body is something else. */
const partsOf = (answers: readonly { readonly head: string; readonly body: Buffer }[]): readonly number[] =>
  answers.map(({ head, body }) => {
    const from = Number(/^content-range: bytes (\d+)-/im.exec(head)?.[1] ?? -1);
    return body.equals(file.bytes.subarray(from, from + body.length)) ? from : -1;
  });

describe('a connection of plain requests', () => {
  it('answers one after the other, with a head like that of node', async () => {
    await served();
    const { socket, until } = await client();
    socket.write(ask(0, 100));
    expect(partsOf(await until(1))).toEqual([0]);
    socket.write(ask(5000, 100));
    await until(2);
    // Node's, for its header.
    socket.write(ask(5000, 100, 'X-Odd: \xff\r\n'), 'latin1');
    const answers = await until(3);
    expect(partsOf(answers)).toEqual([0, 5000, 5000]);
    const linesOf = (head = ''): string[] =>
      head
        .replace(/^Date: .*$/m, 'Date')
        .split('\r\n')
        .sort();
    expect(linesOf(answers[1]?.head)).toEqual(linesOf(answers[2]?.head));
    socket.destroy();
  });

  it('becomes one of node with its first request that is not, and stays whole', async () => {
    await served();
    const { socket, until } = await client();
    socket.write(ask(0, 10));
    await until(1);
    const odd = ask(100, 10, 'X-Odd: \xff\r\n');
    socket.write(odd.slice(0, 20), 'latin1');
    await tick(20);
    socket.write(odd.slice(20), 'latin1');
    await until(2);
    socket.write(ask(200, 10));
    expect(partsOf(await until(3))).toEqual([0, 100, 200]);
    socket.destroy();
  });

  it('keeps what comes while it answers, however much that is', async () => {
    const { oca } = await served();
    oca.media.faults.set([{ kind: 'latency', delayMs: 150 }]);
    const { socket, until } = await client();
    socket.write(ask(0, 1000));
    await tick(50);
    const others = Array.from({ length: 400 }, (_, i) => i * 700);
    for (const from of others) socket.write(ask(from, 500, `X-Long: ${'y'.repeat(100)}\r\n`));
    await tick(50);
    oca.media.faults.set([]);
    expect(partsOf(await until(401))).toEqual([0, ...others]);
    socket.destroy();
  });

  it('hears of a client that leaves while it waits', async () => {
    const { oca, log } = await served();
    oca.media.faults.set([{ kind: 'stall', afterBytes: 1000 }]);
    const { socket } = await client();
    socket.write(ask(0, 2000));
    for (let i = 0; i < 2000 && oca.media.servedBytes === 0; i++) await tick(10);
    socket.destroy();
    for (let i = 0; i < 2000 && log.length < 2; i++) await tick(10);
    expect(log.at(-1)).toMatchObject({ phase: 'end', outcome: 'client-closed', bytesSent: 1000 });
    expect(oca.media.connections).toBe(0);
  });

  it('is closed where its client has nothing to say, at first sooner than later', async () => {
    await served({ host: '127.0.0.1', port: 0, slowHeadersMs: 1500 });
    const [silent, waiting] = [await client(), await client()];
    waiting.socket.write(ask(0, 10));
    for (let i = 0; i < 2000 && !silent.state.isClosed; i++) await tick(10);
    expect([silent.state.isClosed, waiting.state.isClosed]).toEqual([true, false]);
    waiting.socket.destroy();
  });

  it('ends with its answer where the server closes, or at once where there is none', async () => {
    const { oca } = await served();
    oca.media.faults.set([{ kind: 'latency', delayMs: 300 }]);
    const [idle, running] = [await client(), await client()];
    running.socket.write(ask(7, 10));
    await tick(100);
    const closing = server?.close(60_000);
    for (let i = 0; i < 2000 && !idle.state.isClosed; i++) await tick(10);
    expect(idle.state.isClosed).toBe(true);
    expect(partsOf(await running.until(1))).toEqual([7]);
    await closing;
    for (let i = 0; i < 2000 && !running.state.isClosed; i++) await tick(10);
    expect(running.state.isClosed).toBe(true);
  });
});
