import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeDiskStore } from '../../disks/node/node-disk-store.ts';
import { loadNative } from '../../native/native.ts';
import { type OcaFixture, ocaWith, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { listen, type NodeServer } from './node-server.ts';

const file = testFile(6_000_001);
const path = `/${tokenFor()}/${file.entry.fileId}`;
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let fixture: OcaFixture;
let server: NodeServer;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oca-kernel-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  fixture = await ocaWith([file], { disks: await NodeDiskStore.open([folder], () => {}) });
  server = await listen(fixture.oca, { host: '127.0.0.1', port: 0 });
});
afterEach(() => server.close(0));

const get = (range?: string): Promise<Response> => fetch(server.url + path, range ? { headers: { range } } : {});
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer());
const isPart = (bytes: Uint8Array, from: number, to: number): boolean =>
  Buffer.compare(bytes, file.bytes.subarray(from, to)) === 0;

describe.skipIf(!loadNative()?.isResident)('a file that the kernel sends', () => {
  it('arrives whole, and counts as sent and flushed', async () => {
    expect(isPart(await bytesOf(await get()), 0, file.bytes.length)).toBe(true);
    for (let i = 0; i < 2000 && fixture.log.length < 2; i++) await tick(10);
    const all = { bytesSent: file.bytes.length, bytesFlushed: file.bytes.length };
    expect(fixture.log.at(-1)).toMatchObject({ phase: 'end', outcome: 'complete', ...all });
    expect(fixture.oca.media.servedBytes).toBe(file.bytes.length);
  });

  it('arrives right for viewers who read slowly, many at once', async () => {
    const ranges = Array.from({ length: 24 }, (_, i) => [i * 120_000, i * 120_000 + 3_000_000 + i] as const);
    const slowly = async (from: number, to: number): Promise<Uint8Array> => {
      const response = await get(`bytes=${from}-${to}`);
      await tick(50);
      return bytesOf(response);
    };
    const bodies = await Promise.all(ranges.map(([from, to]) => slowly(from, to)));
    expect(bodies.every((body, i) => isPart(body, ranges[i]?.[0] ?? 0, (ranges[i]?.[1] ?? 0) + 1))).toBe(true);
  });

  it('answers requests that come before their turn, in order', async () => {
    const ask = (from: number, length: number, last: boolean): string =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=${from}-${from + length - 1}\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
    const parts = Array.from({ length: 12 }, (_, i) => [i * 300_007, i % 2 ? 10 : 250_000] as const);
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(parts.map(([from, length], i) => ask(from, length, i === parts.length - 1)).join(''));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => void chunks.push(chunk));
    await once(socket, 'close');
    let rest = Buffer.concat(chunks);
    for (const [from, length] of parts) {
      const bodyAt = rest.indexOf('\r\n\r\n') + 4;
      expect(isPart(rest.subarray(bodyAt, bodyAt + length), from, from + length)).toBe(true);
      rest = rest.subarray(bodyAt + length);
    }
    expect(rest).toHaveLength(0);
  });

  it('still feels faults: wrong bytes from the middle on, and a cut', async () => {
    fixture.oca.media.faults.set([{ kind: 'rate', rateBps: 8_000_000 }]);
    const response = await get();
    const whole = bytesOf(response);
    await tick(100);
    fixture.oca.media.faults.set([{ kind: 'corrupt', everyBytes: 1000 }]);
    const got = await whole;
    const firstWrong = got.findIndex((byte, at) => byte !== file.bytes[at]);
    expect(firstWrong).toBeGreaterThan(0);
    expect(got.filter((byte, at) => byte !== file.bytes[at]).length).toBe(
      Math.ceil((file.bytes.length - firstWrong) / 1000),
    );
    fixture.oca.media.faults.set([{ kind: 'reset', afterBytes: 2_000_000 }]);
    await expect(get().then(bytesOf)).rejects.toThrow();
    expect(fixture.log.at(-1)).toMatchObject({ outcome: 'reset', bytesSent: 2_000_000 });
  });

  it('keeps to its pace', async () => {
    fixture.oca.media.faults.set([{ kind: 'rate', rateBps: 8_000_000 }]);
    const startedAtMs = performance.now();
    expect(isPart(await bytesOf(await get('bytes=0-399999')), 0, 400_000)).toBe(true);
    // Slower than asked it may be, on a busy machine.
    expect(performance.now() - startedAtMs).toBeGreaterThan(350);
  });

  it('is not sent to a client that has gone', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.once('data', () => socket.destroy());
    for (let i = 0; i < 2000 && fixture.log.length < 2; i++) await tick(10);
    expect(fixture.log.at(-1)).toMatchObject({ phase: 'end', outcome: 'client-closed' });
    expect(fixture.oca.media.connections).toBe(0);
  });
});
