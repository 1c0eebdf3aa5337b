import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ocaWith, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { listen, type NodeServer } from './node-server.ts';

const file = testFile(8_000_000);
const path = `/${tokenFor()}/${file.entry.fileId}`;
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let server: NodeServer | undefined;
afterEach(() => server?.close(0));

/** A client by hand: what it sends, and whether it reads the answer. */
async function client(send: string, options: { readonly reads: boolean }) {
  const { hostname, port } = new URL(server?.url ?? '');
  const socket = connect(Number(port), hostname);
  const state = { text: '', closed: false, error: '' };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state.error = error.code ?? '';
  });
  socket.on('close', () => {
    state.closed = true;
  });
  if (options.reads) {
    socket.on('data', (chunk) => {
      state.text += chunk.toString('latin1');
    });
  }
  socket.write(send);
  return { socket, state };
}

describe('the socket', () => {
  it('cuts a client that takes nothing, and lets go of its buffers', async () => {
    const { oca, log } = await ocaWith([file]);
    server = await listen(oca, { host: '127.0.0.1', port: 0, slowClientMs: 50 });
    const { socket } = await client(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, { reads: false });
    socket.pause();
    for (let i = 0; i < 1000 && log.length < 2; i++) await tick(20);
    expect(log.at(-1)).toMatchObject({ phase: 'end', outcome: 'slow-client' });
    expect(oca.media.connections).toBe(0);
    socket.destroy();
  });

  it('does not wait for a client that takes nothing when a status comes on', async () => {
    const { oca, log } = await ocaWith([file]);
    server = await listen(oca, { host: '127.0.0.1', port: 0 });
    const { socket } = await client(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, { reads: false });
    for (let i = 0; i < 1000 && oca.media.servedBytes === 0; i++) await tick(10);
    oca.media.faults.set([{ kind: 'status', status: 503 }]);
    expect(log.at(-1)).toMatchObject({ phase: 'end', outcome: 'reset' });
    expect(oca.media.connections).toBe(0);
    socket.destroy();
  });

  it('answers garbage with a typed error', async () => {
    const { oca } = await ocaWith([]);
    server = await listen(oca, { host: '127.0.0.1', port: 0 });
    const { state } = await client('HELLO\r\n\r\n', { reads: true });
    for (let i = 0; i < 1000 && !state.closed; i++) await tick(10);
    expect(state.text).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"request\/invalid"/);
  });

  it('answers many requests on one connection', async () => {
    const { oca } = await ocaWith([file]);
    server = await listen(oca, { host: '127.0.0.1', port: 0 });
    const ask = (close: boolean): string =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n${close ? 'Connection: close\r\n' : ''}\r\n`;
    const { state } = await client(ask(false) + ask(false) + ask(true), { reads: true });
    for (let i = 0; i < 1000 && !state.closed; i++) await tick(10);
    expect(state.text.match(/HTTP\/1.1 206/g)).toHaveLength(3);
  });

  it('keeps viewers of one file apart while they share its descriptor and buffers', async () => {
    const { oca } = await ocaWith([file]);
    server = await listen(oca, { host: '127.0.0.1', port: 0 });
    const url = server.url + path;
    const ranges = Array.from({ length: 40 }, (_, i) => [i * 190_000, i * 190_000 + 300_000 + i] as const);
    const bodies = await Promise.all(
      ranges.map(async ([from, to]) => (await fetch(url, { headers: { range: `bytes=${from}-${to}` } })).arrayBuffer()),
    );
    bodies.forEach((body, i) => {
      const [from, to] = ranges[i] ?? [0, 0];
      expect(Buffer.compare(new Uint8Array(body), file.bytes.subarray(from, to + 1))).toBe(0);
    });
  });
});
