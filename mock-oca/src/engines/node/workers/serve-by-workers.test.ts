import { closeSync, openSync, readSync, renameSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:tls';
import { signMediaToken } from '@pressplay/protocol/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { writeFile } from '../../../disks/disk-store.ts';
import type { LoadPart } from '../../../disks/node/load-file.ts';
import { loadNative } from '../../../native/native.ts';
import { hasOpenssl, makeCertificate } from '../../../testing/certificate.ts';
import { hmac, ocaConfig, testFile, tokenFor } from '../../../testing/oca-fixture.ts';
import { readAll } from '../../../testing/renderers.ts';
import { fail, hasWorkers, scriptOf, type WorkersFixture, workersWith } from '../../../testing/workers-fixture.ts';

const file = testFile(600_000);
const path = `/${tokenFor()}/${file.entry.fileId}`;
let made: WorkersFixture | undefined;
afterEach(async () => {
  await made?.close();
  made = undefined;
});

async function start(...parts: Parameters<typeof workersWith>): Promise<WorkersFixture> {
  made = await workersWith(...parts);
  return made;
}

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (await isTrue()) return;
    await tick(10);
  }
  throw new Error(`It never came to ${isTrue}.`);
}

/** Of another play than `path`. */
function tokenOf(play: number): string {
  const playId = String(play).padStart(32, '0');
  return signMediaToken(
    { expiresAtS: Math.floor(Date.now() / 1000) + 3600, playId, scope: 'film' },
    ocaConfig.urlKey,
    hmac,
  );
}

const HELD_BYTES = 100_000;

/** Whoever comes gets so much, and the rest when there is no fault any more. */
async function hold(): Promise<void> {
  made?.oca.media.faults.set([{ kind: 'stall', afterBytes: HELD_BYTES }]);
  await made?.server.pool.settled();
}

interface Got {
  readonly status: number;
  readonly bytes: Buffer;
  readonly broken: boolean;
}

/** One viewer, on a connection of his own where he brings no agent. */
function watch(url: string, headers: Record<string, string> = {}, target = path, agent = new Agent()): Promise<Got> {
  return new Promise((resolve) => {
    const gone: Got = { status: 0, bytes: Buffer.of(), broken: true };
    const request = get(`${url}${target}`, { headers, agent }, (message) => {
      const chunks: Buffer[] = [];
      const end = (broken: boolean): void =>
        resolve({ status: message.statusCode ?? 0, bytes: Buffer.concat(chunks), broken });
      message.on('data', (chunk: Buffer) => void chunks.push(chunk));
      message.on('end', () => end(false));
      message.on('error', () => end(true));
    });
    request.on('error', () => resolve(gone));
  });
}

function fingerprintAt(url: string): Promise<string> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const isRight = ({ bytes, broken }: Got): boolean => !broken && Buffer.compare(bytes, file.bytes) === 0;

describe.skipIf(!hasWorkers)('an appliance that two threads serve', () => {
  it('gives each its share of the connections, and counts them all', async () => {
    const { url, server, oca, log } = await start([file]);
    await hold();
    const watching = Array.from({ length: 6 }, () => watch(url));
    await until(() => oca.media.connections === 6);
    expect(server.pool.threads.map((thread) => thread.openConnections)).toEqual([3, 3]);
    oca.media.faults.set([]);
    for (const got of await Promise.all(watching)) expect(isRight(got)).toBe(true);
    await until(() => log.length === 12 && oca.media.connections === 0);
    expect(oca.media.servedBytes).toBe(6 * file.bytes.length);
    expect(new Set(log.map(({ requestId }) => requestId)).size).toBe(6);
    const headers = { authorization: `Bearer ${ocaConfig.controlToken}` };
    const metrics = (await watch(url, headers, '/metrics')).bytes.toString();
    expect(metrics).toContain('responses_total{status="200"} 6\n');
    expect(metrics).toContain('first_byte_seconds_count 6\n');
    expect(metrics).toContain(`served_bytes_total ${6 * file.bytes.length}\n`);
  });

  it('loses but the responses of one that dies, forgets its counts, and has another one in its place', async () => {
    const { url, server, oca } = await start([file]);
    await hold();
    const watching = Array.from({ length: 4 }, () => watch(url));
    await until(() => oca.media.connections === 4);
    const [first] = server.pool.threads;
    fail(first);
    await until(() => !first?.serves);
    await until(() => oca.media.connections === 2);
    expect(server.pool.threads[0]).not.toBe(first);
    // Whoever comes meanwhile is served by the other.
    expect((await watch(url, { range: 'bytes=0-9' })).status).toBe(206);
    oca.media.faults.set([]);
    const got = await Promise.all(watching);
    expect(got.filter(({ broken }) => broken)).toHaveLength(2);
    expect(got.filter(isRight)).toHaveLength(2);
    await server.pool.threads[0]?.ready;
    await until(() => server.pool.threads.every((thread) => thread.openConnections === 0));
    await hold();
    const again = Array.from({ length: 4 }, () => watch(url));
    await until(() => server.pool.threads.every((thread) => thread.openConnections === 2));
    oca.media.faults.set([]);
    for (const each of await Promise.all(again)) expect(isRight(each)).toBe(true);
    // What the dead one sent was sent.
    await until(() => oca.media.servedBytes === 6 * file.bytes.length + 10 + 2 * HELD_BYTES);
  });

  it('ends a thread that hangs, and has another one in its place', async () => {
    const script = scriptOf(`import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'ready' });
      for (;;);`);
    const { server } = await start([file], {}, { script, hungAfterMs: 300 });
    const [first] = server.pool.threads;
    await until(() => server.pool.threads[0] !== first);
    // Nor does one that hangs keep an appliance from its end.
    await server.pool.threads[0]?.ready;
  });

  it('serves also who came while there was nobody to serve him', async () => {
    const { url, server } = await start([file]);
    const threads = [...server.pool.threads];
    for (const thread of threads) fail(thread);
    const watching = Array.from({ length: 4 }, () => watch(url));
    await until(() => threads.every((thread) => !thread.serves));
    const got = await Promise.all(watching);
    // Those whom a dying one had already are broken; nobody is left waiting.
    for (const each of got) expect(each.broken || isRight(each)).toBe(true);
    expect(isRight(await watch(url))).toBe(true);
  });

  it('refuses by what all of them serve', async () => {
    const { url, oca } = await start([file], { maxConnections: 4 });
    await hold();
    const watching = Array.from({ length: 4 }, () => watch(url));
    await until(() => oca.media.connections === 4);
    // Whichever he comes to.
    for (let i = 0; i < 4; i++) expect((await watch(url)).status).toBe(503);
    await made?.close();
    await Promise.all(watching);
  });

  it('refuses by what all of them have promised', async () => {
    const { url, server } = await start([file], { capacityBps: 100_000 });
    const agents = Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    await Promise.all(agents.map((agent) => watch(url, {}, '/control/status', agent)));
    expect(server.pool.threads.map((thread) => thread.openConnections)).toEqual([2, 2]);
    // The first is three quarters of a minute's work, and nobody has served the others yet.
    const got: number[] = [];
    for (const [play, agent] of agents.entries())
      got.push((await watch(url, {}, `/${tokenOf(play)}/${file.entry.fileId}`, agent)).status);
    expect(got).toEqual([200, 503, 503, 503]);
    for (const agent of agents) agent.destroy();
  });

  it('knows in all of them which plays are served by one', async () => {
    const { url, server, oca } = await start([file], { maxConnections: 10 });
    await hold();
    const other = `/${tokenOf(15)}/${file.entry.fileId}`;
    const watching = Array.from({ length: 9 }, () => watch(url));
    await until(() => oca.media.connections === 9);
    await server.pool.settled();
    // At nine tenths new plays are refused, and those that run are not: by both threads.
    const ranges = { range: 'bytes=0-9' };
    for (let i = 0; i < 4; i++) {
      expect((await watch(url, ranges, other)).status).toBe(503);
      // A viewer has the last byte before its end is counted, and ten are too many.
      await until(async () => (await watch(url, ranges)).status === 206);
    }
    oca.media.faults.set([]);
    await Promise.all(watching);
  });

  it('has a fault in all of them before whoever switches it is told so, and a new one has it from its start', async () => {
    const { url, server } = await start([file]);
    const agents = Array.from({ length: 6 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const ask = (): Promise<number[]> =>
      Promise.all(agents.map(async (agent) => (await watch(url, { range: 'bytes=0-9' }, path, agent)).status));
    expect(await ask()).toEqual(agents.map(() => 206));
    const headers = { authorization: `Bearer ${ocaConfig.controlToken}` };
    for (const status of [503, 500, 404]) {
      const body = JSON.stringify({ faults: [{ kind: 'status', status }] });
      expect((await fetch(`${url}/control/faults`, { method: 'PUT', headers, body })).status).toBe(200);
      expect(await ask()).toEqual(agents.map(() => status));
    }
    const threads = [...server.pool.threads];
    for (const thread of threads) fail(thread);
    await until(() => threads.every((thread) => !thread.serves));
    await until(async () => (await watch(url)).status !== 0);
    expect((await watch(url)).status).toBe(404);
    for (const agent of agents) agent.destroy();
  });

  it('serves what comes, and no longer what goes', async () => {
    const { url, disks, server } = await start([]);
    expect((await watch(url)).status).toBe(404);
    await writeFile(disks, file.entry, file.bytes);
    await server.pool.settled();
    for (let i = 0; i < 4; i++) expect(isRight(await watch(url))).toBe(true);
    await disks.remove(file.entry.fileId);
    await server.pool.settled();
    for (let i = 0; i < 4; i++) expect((await watch(url)).status).toBe(404);
  });

  it('gives up a file that has left its disk', async () => {
    const { url, folder, oca } = await start([file]);
    renameSync(`${folder}/${file.entry.fileId}`, `${folder}/elsewhere`);
    expect((await watch(url)).status).toBe(503);
    await until(async () => (await watch(url)).status === 404);
    expect(oca.status().fileCount).toBe(0);
  });

  it('pins what is most wanted once, in memory that both see', async () => {
    const { url, disks, folder } = await start([file], {}, { pinnedBytes: 10_000_000 });
    disks.rank([file.entry.fileId]);
    await until(async () => {
      // Only memory has it now.
      renameSync(`${folder}/${file.entry.fileId}`, `${folder}/elsewhere`);
      const got = await Promise.all([watch(url), watch(url)]);
      renameSync(`${folder}/elsewhere`, `${folder}/${file.entry.fileId}`);
      if (!got.every(isRight)) await writeFile(disks, file.entry, file.bytes);
      disks.rank([file.entry.fileId]);
      return got.every(isRight);
    });
  });

  it.skipIf(!hasOpenssl)('encrypts, and takes up a renewed certificate', async () => {
    const certificate = makeCertificate();
    const { url, server, ask } = await start(
      [file],
      {},
      {
        tls: { certificateFile: certificate.certificateFile, keyFile: certificate.keyFile },
      },
    );
    expect(url).toMatch(/^https:/);
    for (let i = 0; i < 2; i++) {
      const answer = await ask({ target: path });
      expect(Buffer.compare(await readAll(answer), file.bytes)).toBe(0);
    }
    const fingerprints = (): Promise<string[]> => Promise.all([1, 2, 3, 4].map(() => fingerprintAt(url)));
    const [first] = await fingerprints();
    certificate.renew();
    await server.reload();
    await server.pool.settled();
    const [renewed, ...others] = await fingerprints();
    expect(renewed).not.toBe(first);
    expect(new Set(others)).toEqual(new Set([renewed]));
    certificate.remove();
  });

  it('says why a thread does not start', async () => {
    const missing = { certificateFile: '/no/such/file', keyFile: '/no/such/file' };
    await expect(workersWith([file], {}, { tls: missing })).rejects.toThrow('ENOENT');
  });
});

const native = loadNative();

describe.skipIf(!hasWorkers)('the disks of an appliance that two threads serve', () => {
  it('are read by the agent alone, once for all who want the same', async ({ skip }) => {
    const reads: number[] = [];
    const loadPart: LoadPart = async (part, startByte, endByte) => {
      reads.push(startByte);
      // All of them come while it is being read.
      await until(() => oca.media.connections === 6);
      readSync(part.fd, Buffer.alloc(endByte - startByte), 0, endByte - startByte, startByte);
    };
    const { url, oca, folder } = await start([file], {}, { loadPart });
    const fd = openSync(`${folder}/${file.entry.fileId}`, 'r');
    native?.adviseDontNeed(fd);
    const stays = native?.isResident?.(fd, 0, 4096) ?? true;
    closeSync(fd);
    if (stays) skip('this file system keeps all in memory');
    const got = await Promise.all(Array.from({ length: 6 }, () => watch(url)));
    for (const each of got) expect(isRight(each)).toBe(true);
    expect(reads).toEqual([0]);
  });
});
