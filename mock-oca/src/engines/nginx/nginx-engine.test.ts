import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkOf, signMediaToken } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { retryAfterS } from '../../admission/retry-after.ts';
import { writeFile } from '../../disks/disk-store.ts';
import { type NginxFixture, nginxSearch, nginxWith } from '../../testing/nginx-fixture.ts';
import { hmac, ocaConfig, playId, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { readAll } from '../../testing/renderers.ts';

const file = testFile(3_000_001);
const { fileId } = file.entry;
const path = `/${tokenFor()}/${fileId}`;
const secret = ocaConfig.urlKey;
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let fixture: NginxFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

async function start(...args: Parameters<typeof nginxWith>): Promise<NginxFixture> {
  fixture = await nginxWith(...args);
  return fixture;
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1500; i++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await isTrue()).toBe(true);
}

/** A transfer whose bytes are taken when the test wants them. */
function transfer(url: string): Promise<{ readonly message: IncomingMessage; readonly request: ClientRequest }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (message) => resolve({ message, request }));
    request.on('error', reject);
  });
}

/** As `transfer`, once there is room: a client has the last byte of a response before nginx has counted its end. */
async function admitted(url: string): Promise<IncomingMessage> {
  let answer: IncomingMessage | undefined;
  await until(async () => {
    answer = (await transfer(url)).message;
    if (answer.statusCode !== 503) return true;
    answer.resume();
    return false;
  });
  if (answer === undefined) throw new Error('nothing answered');
  return answer;
}

async function bytesOf(message: IncomingMessage): Promise<Uint8Array> {
  const chunks = message.iterator();
  const read = async (): Promise<Uint8Array | undefined> => (await chunks.next()).value;
  return readAll({ status: 200, headers: {}, read, cancel: () => {} });
}

const served = (url: string): Promise<number> =>
  fetch(url, { headers: { range: 'bytes=0-9' } }).then(
    async (response) => ((await response.arrayBuffer()).byteLength > 0 ? response.status : 0),
    () => 0,
  );

const workersOf = (masterPid: number): number[] =>
  readFileSync(`/proc/${masterPid}/task/${masterPid}/children`, 'utf8').trim().split(/\s+/).map(Number);

describe.skipIf(!nginxSearch.ok)('nginx in front', () => {
  it('sends files without asking Node, whatever a player says in the query', async () => {
    const { engine, nodeAnswers } = await start([file]);
    const whole = await fetch(`${engine.url}${path}?CMCD=br%3D3200%2Cot%3Dv`);
    expect(Buffer.compare(new Uint8Array(await whole.arrayBuffer()), file.bytes)).toBe(0);
    const part = await fetch(engine.url + path, { headers: { range: 'bytes=1000-1999' } });
    expect(Buffer.compare(new Uint8Array(await part.arrayBuffer()), file.bytes.subarray(1000, 2000))).toBe(0);
    expect(Object.fromEntries(part.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'timing-allow-origin': '*',
      'cache-control': 'private, max-age=86400, immutable, no-transform',
      'cmsd-dynamic': expect.stringMatching(/^"fjord-1-a";etp=\d+$/),
      'content-type': 'video/mp4',
    });
    expect(nodeAnswers()).toBe(0);
  });

  it('refuses what Node refuses, whatever is done to a token', async () => {
    const { engine, oca } = await start([file]);
    const token = tokenFor();
    const change = fc.tuple(
      fc.nat(token.length - 1),
      fc.constantFrom('0', 'f', 'g', 'F', '-', 'n', '', '00', '%30', '/'),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([at, text]) => {
        const changed = `/${token.slice(0, at)}${text}${token.slice(at + 1)}/${fileId}`;
        const head = { method: 'HEAD', target: changed, headers: {}, clientAddress: '127.0.0.1' };
        const { status } = await oca.answer(head).plan;
        expect((await fetch(engine.url + changed, { method: 'HEAD' })).status).toBe(status);
      }),
      { numRuns: 200 },
    );
  });

  it('opens files with the keys of a rotation while they count, by itself', async () => {
    const untilMs = Date.now() + 600_000;
    const acceptedUrlKeys = [
      { key: 'the-next-key-0123456789' },
      { key: 'the-last-key-0123456789', acceptUntilMs: untilMs },
      { key: 'an-older-key-0123456789', acceptUntilMs: Date.now() - 1 },
    ];
    const { engine, nodeAnswers } = await start([file], { acceptedUrlKeys });
    const expiresAtS = Math.floor(Date.now() / 1000) + 60;
    const ask = (key: string) =>
      served(`${engine.url}/${signMediaToken({ expiresAtS, playId, scope: 'film' }, key, hmac)}/${fileId}`);
    expect([await ask(secret), await ask('the-next-key-0123456789'), await ask('the-last-key-0123456789')]).toEqual([
      206, 206, 206,
    ]);
    expect(nodeAnswers()).toBe(0);
    expect([await ask('an-older-key-0123456789'), await ask('a-foreign-key-0123456789')]).toEqual([403, 403]);
  });

  it('opens files for the network that a token is bound to', async () => {
    const { engine, nodeAnswers } = await start([file]);
    const expiresAtS = Math.floor(Date.now() / 1000) + 60;
    const ask = (network: string) =>
      served(`${engine.url}/${signMediaToken({ expiresAtS, playId, scope: 'film', network }, secret, hmac)}/${fileId}`);
    expect(await ask(networkOf('127.0.0.99'))).toBe(206);
    expect(nodeAnswers()).toBe(0);
    expect(await ask(networkOf('198.51.100.1'))).toBe(403);
    expect(await ask(networkOf('2001:db8::1'))).toBe(403);
  });

  it('opens nothing once a token has expired, though it was right a moment ago', { timeout: 300_000 }, async () => {
    const { engine } = await start([file]);
    let url = '';
    // Another one, should this machine have stood still for longer than a token lasts.
    await until(async () => {
      url = `${engine.url}/${tokenFor('film', 5000)}/${fileId}`;
      return (await served(url)) === 206;
    });
    await until(async () => (await served(url)) === 403);
  });

  it('knows what comes and goes, and leaves to Node what is no MP4', async () => {
    const { engine, disks, nodeAnswers } = await start([file]);
    const [film, text] = [testFile(50_000, 'film', 7), testFile(500, 'film', 9)];
    const url = ({ entry }: typeof film): string => `${engine.url}/${tokenFor()}/${entry.fileId}`;
    expect(await served(url(film))).toBe(404);
    const before = nodeAnswers();
    await writeFile(disks, film.entry, film.bytes);
    await engine.settled();
    expect(await served(url(film))).toBe(206);
    expect(nodeAnswers()).toBe(before);
    await writeFile(disks, { ...text.entry, contentType: 'text/vtt' }, text.bytes);
    await engine.settled();
    expect((await fetch(url(text))).headers.get('content-type')).toBe('text/vtt');
    await disks.remove(film.entry.fileId);
    await engine.settled();
    expect(await served(url(film))).toBe(404);
  });

  it('reloads without dropping a byte of what runs', { timeout: 300_000 }, async () => {
    const { engine } = await start([file], { paceBps: 6_000_000 });
    const running = await Promise.all(Array.from({ length: 8 }, () => transfer(engine.url + path)));
    const bodies = Promise.all(running.map(({ message }) => bytesOf(message)));
    const [before] = workersOf(engine.pid ?? 0);
    await engine.reload();
    await engine.reload();
    expect(await served(engine.url + path)).toBe(206);
    expect(workersOf(engine.pid ?? 0)).toContain(before);
    for (const body of await bodies) expect(Buffer.compare(body, file.bytes)).toBe(0);
    await until(() => !workersOf(engine.pid ?? 0).includes(before ?? 0));
  });

  it('says while it sends how much runs and how fast', async () => {
    const { engine, oca } = await start([file], { paceBps: 4_000_000 });
    const running = await Promise.all([transfer(engine.url + path), transfer(engine.url + path)]);
    const bodies = Promise.all(running.map(({ message }) => bytesOf(message)));
    await until(() => oca.health().connections === 2 && oca.health().trafficBps > 1_000_000);
    await bodies;
    await until(() => oca.health().connections === 0 && oca.health().servedBytes >= 2 * file.bytes.length);
    expect(oca.health().servedBytes).toBeLessThan(2.1 * file.bytes.length);
  });

  it('sends a viewer no faster than he asks for, and others as fast as it can', async () => {
    const { engine } = await start([file]);
    // At 800 kbit/s it would take half a minute.
    const { message, request } = await transfer(`${engine.url}${path}?CMCD=${encodeURIComponent('bl=21300,rtp=800')}`);
    message.resume();
    const body = await (await fetch(`${engine.url}${path}?CMCD=bl%3D21300`)).arrayBuffer();
    expect([body.byteLength, message.complete]).toEqual([file.bytes.length, false]);
    request.destroy();
  });

  it('sends no faster than it is told to, whatever a viewer asks for', async () => {
    const { engine } = await start([file], { paceBps: 800_000 });
    const { message, request } = await transfer(`${engine.url}${path}?CMCD=rtp%3D999999`);
    message.resume();
    await until(async () => (await served(engine.url + path)) === 206);
    expect(message.complete).toBe(false);
    request.destroy();
  });

  it('refuses what is too much, and says when to come again', async () => {
    const { engine } = await start([file], { maxConnections: 2, paceBps: 1_000_000 });
    const running = await Promise.all([transfer(engine.url + path), transfer(engine.url + path)]);
    const refused = await fetch(engine.url + path);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, String(retryAfterS(playId))]);
    expect(refused.headers.get('cmsd-dynamic')).toContain('fjord-1-a');
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(((await refused.json()) as { error: { code: string } }).error.code).toBe('oca/overloaded');
    for (const { request } of running) request.destroy();
    await until(async () => (await served(engine.url + path)) === 206);
  });

  it('refuses nobody of a crowd that asks for little, however it asks', async () => {
    const small = testFile(2000, 'film', 5);
    const { engine } = await start([file, small], { capacityBps: 50_000_000 });
    const headers: Record<string, string>[] = [
      {},
      { range: 'bytes=-100' },
      { range: 'bytes=1990-' },
      { range: 'bytes=0-' },
    ];
    const target = `${engine.url}/${tokenFor()}/${small.entry.fileId}`;
    const asks = headers.flatMap((one) => Array.from({ length: 25 }, () => fetch(target, { headers: one })));
    const heads = Array.from({ length: 25 }, () => fetch(engine.url + path, { method: 'HEAD' }));
    const statuses = (await Promise.all([...asks, ...heads])).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 206]));
  });

  it('refuses of a crowd that comes from nothing whom it cannot serve, before anybody has looked', async () => {
    // A second's worth is less than one response.
    const { engine } = await start([file], { capacityBps: 1_000_000 });
    const expiresAtS = Math.floor(Date.now() / 1000) + 600;
    const range = { range: 'bytes=0-199999' };
    const ask = async (n: number): Promise<number> => {
      const claims = { expiresAtS, playId: n.toString(16).padStart(32, '0'), scope: 'film' };
      const response = await fetch(`${engine.url}/${signMediaToken(claims, secret, hmac)}/${fileId}`, {
        headers: range,
      });
      await response.arrayBuffer();
      return response.status;
    };
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(n)));
    expect(answers).toContain(206);
    expect(answers.filter((status) => status === 503).length).toBeGreaterThan(20);
  });

  it('sheds by itself while it drains', async () => {
    const { engine, oca, nodeAnswers } = await start([file]);
    await oca.drain();
    await engine.settled();
    expect(await served(engine.url + path)).toBe(503);
    expect(nodeAnswers()).toBe(0);
  });

  it('lets a status break what it sends', async () => {
    const { engine, oca } = await start([file], { paceBps: 1_000_000 });
    const { message } = await transfer(engine.url + path);
    const body = bytesOf(message);
    oca.media.faults.set([{ kind: 'status', status: 503 }]);
    await expect(body).rejects.toThrow();
    await until(async () => (await served(engine.url + path)) === 503);
    oca.media.faults.set([]);
    await until(async () => (await served(engine.url + path)) === 206);
  });

  it.each([
    { kind: 'rate', rateBps: 100_000, clientPrefix: '127.0.0.' },
    { kind: 'stall', afterBytes: 10, fileId },
    { kind: 'corrupt', everyBytes: 1000 },
  ] as const)('lets a client ask again whose response a fault is for: $kind', async (fault) => {
    const { engine, oca, nodeAnswers } = await start([file], { paceBps: 1_000_000 });
    const { message } = await transfer(engine.url + path);
    const body = bytesOf(message);
    oca.media.faults.set([fault]);
    await expect(body).rejects.toThrow();
    await until(async () => {
      await fetch(engine.url + path, { signal: AbortSignal.timeout(500) }).catch(() => {});
      return nodeAnswers() > 0;
    });
  });

  it('breaks what a fault names and nothing beside it', async () => {
    const other = testFile(1_000_001, 'film', 5);
    const { engine, oca, log } = await start([file, other], { paceBps: 2_000_000 });
    const otherUrl = `${engine.url}/${tokenFor()}/${other.entry.fileId}`;
    const [meant, also, ...rest] = await Promise.all(
      [engine.url + path, engine.url + path, otherUrl, otherUrl].map((url) => transfer(url)),
    );
    const broken = [meant, also].map((each) => each && expect(bytesOf(each.message)).rejects.toThrow());
    const bodies = Promise.all(rest.map(({ message }) => bytesOf(message)));
    const master = engine.pid;
    oca.media.faults.set([{ kind: 'rate', rateBps: 100_000, fileId }]);
    await Promise.all(broken);
    for (const body of await bodies) expect(Buffer.compare(body, other.bytes)).toBe(0);
    expect(engine.pid).toBe(master);
    const ends = () => log.filter(({ phase }) => phase === 'end').map(({ fileId: of, outcome }) => `${of} ${outcome}`);
    await until(() => ends().length === 4);
    expect(ends().sort()).toEqual(
      [`${fileId} client-closed`, `${fileId} client-closed`]
        .concat(Array.from({ length: 2 }, () => `${other.entry.fileId} complete`))
        .sort(),
    );
  });

  it('leaves alone what a fault is not for', async () => {
    const { engine, oca } = await start([file], { paceBps: 12_000_000 });
    const { message } = await transfer(engine.url + path);
    oca.media.faults.set([
      { kind: 'rate', rateBps: 100_000, clientPrefix: '198.51.100.' },
      { kind: 'stall', afterBytes: 0, fileId: '0'.repeat(32) },
      { kind: 'latency', delayMs: 5000 },
    ]);
    const bytes = await bytesOf(message);
    expect([bytes.length, bytes.findIndex((byte, at) => byte !== file.bytes[at])]).toEqual([file.bytes.length, -1]);
  });

  it('is there again after its master was killed, and after a worker was, and counts aright', {
    timeout: 300_000,
  }, async () => {
    const { engine, oca } = await start([file], { paceBps: 1_000_000, maxConnections: 1 });
    for (const victim of ['master', 'worker']) {
      const pid = engine.pid ?? 0;
      const body = bytesOf(await admitted(engine.url + path));
      process.kill(victim === 'master' ? pid : (workersOf(pid)[0] ?? 0), 'SIGKILL');
      await expect(body).rejects.toThrow();
      // One response at a time: what the dead one counted must be forgotten.
      await until(async () => engine.pid !== pid && (await served(engine.url + path)) === 206);
      await until(() => oca.health().connections === 0);
    }
  });

  it('refuses what is no request with a typed error', async () => {
    const { engine } = await start([file]);
    const large = await fetch(engine.url + path, { headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(large.status).toBe(400);
    expect(((await large.json()) as { error: { code: string } }).error.code).toBe('path/invalid');
  });

  it('cuts a client that takes nothing', { timeout: 300_000 }, async () => {
    const large = testFile(30_000_000, 'film', 3);
    const { engine, log } = await start([large], {}, { slowClientS: 1 });
    const { message } = await transfer(`${engine.url}/${tokenFor()}/${large.entry.fileId}`);
    message.pause();
    await until(() => log.length === 2);
    expect(log[1]).toMatchObject({ phase: 'end', outcome: 'client-closed' });
    message.destroy();
  });

  it('logs that a response began while it runs, and once that it ended', async () => {
    const { engine, log } = await start([file], { paceBps: 4_000_000 });
    const { message } = await transfer(`${engine.url}${path}?CMCD=br%3D1`);
    await until(() => log.length === 1);
    const about = {
      playId,
      fileId,
      method: 'GET',
      clientAddress: '127.0.0.1',
      range: [0, file.bytes.length],
      status: 200,
    };
    expect(log).toMatchObject([{ phase: 'start', ...about }]);
    await bytesOf(message);
    await until(() => log.length === 2);
    const [begun, ended] = log;
    expect(ended).toMatchObject({ phase: 'end', ...about, bytesSent: file.bytes.length, outcome: 'complete' });
    expect(ended?.requestId).toBe(begun?.requestId);
    expect((ended?.atMs ?? 0) - (begun?.atMs ?? 0)).toBeGreaterThan(500);
  });

  it.each(['worker', 'master'])('has logged what ran when its %s was killed', async (victim) => {
    const { engine, log } = await start([file], { paceBps: 1_000_000 });
    const pid = engine.pid ?? 0;
    const whole = await transfer(engine.url + path);
    const range = { range: 'bytes=1000-2000999' };
    const part = await fetch(engine.url + path, { headers: range });
    // Before anybody has looked at what it noted.
    process.kill(victim === 'master' ? pid : (workersOf(pid)[0] ?? 0), 'SIGKILL');
    await expect(bytesOf(whole.message)).rejects.toThrow();
    await expect(part.arrayBuffer()).rejects.toThrow();
    await until(() => log.length === 2);
    expect(log).toMatchObject([
      { phase: 'start', playId, fileId, range: [0, file.bytes.length], status: 200 },
      { phase: 'start', playId, fileId, range: [1000, 2_001_000], status: 206 },
    ]);
    await until(async () => (await served(engine.url + path)) === 206);
  });

  it('logs each response once, however many there are at once, of itself and of Node', async () => {
    const { engine, log } = await start([file]);
    const asks = Array.from({ length: 300 }, (_, i) => {
      const from = i % 3 === 0 ? file.bytes.length + i : i;
      return fetch(engine.url + path, { headers: { range: `bytes=${from}-${from + 9}` } }).then((r) => r.arrayBuffer());
    });
    await Promise.all(asks);
    await until(() => log.length >= 600);
    const ids = (phase: string) => log.filter((line) => line.phase === phase).map(({ requestId }) => requestId);
    expect(new Set(ids('start')).size).toBe(300);
    expect([...ids('end')].sort()).toEqual([...ids('start')].sort());
    expect(log.filter(({ status }) => status === 416)).toHaveLength(200);
    // A second look gives nothing more.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(log).toHaveLength(600);
  });

  it('logs plays and ranges, but no token', async () => {
    const { engine, log } = await start([file]);
    await served(engine.url + path);
    await until(() => log.length === 2);
    expect(log[1]).toMatchObject({ playId, fileId, range: [0, 10], status: 206, bytesSent: 10, outcome: 'complete' });
    expect(JSON.stringify(log)).not.toContain(path.slice(1, 40));
  });

  it.skipIf(!hasOpenssl)('speaks TLS and HTTP/2 where it has a certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
    const tls = { certificateFile: join(folder, 'certificate.pem'), keyFile: join(folder, 'key.pem') };
    const subject = ['-subj', '/CN=127.0.0.1', '-keyout', tls.keyFile, '-out', tls.certificateFile];
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject]);
    const { engine } = await start([file], {}, { tls });
    const session = connect(engine.url, { rejectUnauthorized: false });
    const stream = session.request({ ':path': path, range: 'bytes=5-1004' });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.compare(Buffer.concat(chunks), file.bytes.subarray(5, 1005))).toBe(0);
    expect(session.alpnProtocol).toBe('h2');
    session.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps its folder to itself, without a key in its configuration, and takes it away', async () => {
    const { engine } = await start([file]);
    const folder = readFileSync(`/proc/${engine.pid}/cmdline`, 'utf8').split('-p ')[1]?.split(' ')[0] ?? '';
    expect(statSync(folder).mode & 0o007).toBe(0);
    expect(readFileSync(`${folder}/nginx.conf`, 'utf8')).not.toContain(secret);
    await fixture?.close();
    fixture = undefined;
    expect(() => readdirSync(folder)).toThrow(/ENOENT/);
  });

  it.skipIf(process.getuid?.() !== 0)('has workers without rights where it was started as root', async () => {
    const { engine } = await start([file]);
    for (const pid of workersOf(engine.pid ?? 0)) expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  });

  it.skipIf(process.getuid?.() !== 0)('says which folder its workers may not enter', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'closed-'));
    await expect(nginxWith([], {}, { folders: [closed] })).rejects.toThrow(`may not enter ${closed}`);
    rmSync(closed, { recursive: true });
  });
});
