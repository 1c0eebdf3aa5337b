import { etagOf, mtimeSecondsOf, networkOf, signMediaToken } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryAfterS } from '../admission/retry-after.ts';
import type { OcaConfigInput } from '../oca-config.ts';
import { hmac, type OcaFixture, ocaConfig, ocaWith, playId, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { type Answer, type Ask, type Rendered, readAll, readJson, renderers } from '../testing/renderers.ts';
import { workersRenderers } from '../testing/workers-fixture.ts';

const file = testFile(700_001);
const { fileId, sizeBytes } = file.entry;
const token = tokenFor();
const path = `/${token}/${fileId}`;

const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isTrue(); i++) await tick(10);
  expect(isTrue()).toBe(true);
}

describe.each([...renderers, ...workersRenderers])('an OCA $name', ({ host, disks }) => {
  let fixture: OcaFixture;
  let rendered: Rendered;
  const ask = (changes: Partial<Ask> = {}): Promise<Answer> => rendered.ask({ target: path, ...changes });

  beforeEach(async () => {
    fixture = await ocaWith([file], disks ? { disks: await disks() } : {});
    rendered = await host(fixture);
  });
  afterEach(() => rendered.close());

  it('gives the whole file', async () => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-length': String(sizeBytes),
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
    });
    expect(Buffer.compare(await readAll(answer), file.bytes)).toBe(0);
  });

  it('gives exactly the range asked for', async () => {
    const range = fc.tuple(fc.nat(sizeBytes - 1), fc.nat(300_000));
    await fc.assert(
      fc.asyncProperty(range, async ([first, length]) => {
        const answer = await ask({ headers: { range: `bytes=${first}-${first + length}` } });
        expect(answer.status).toBe(206);
        expect(Buffer.compare(await readAll(answer), file.bytes.subarray(first, first + length + 1))).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it('gives HEAD the head alone', async () => {
    const answer = await ask({ method: 'HEAD' });
    expect([answer.status, answer.headers['content-length'], (await readAll(answer)).length]).toEqual([
      200,
      String(sizeBytes),
      0,
    ]);
  });

  it('answers 304 to whoever has the file', async () => {
    const { headers } = await ask({ method: 'HEAD' });
    const answer = await ask({ headers: { 'if-none-match': String(headers.etag) } });
    expect([answer.status, answer.headers.etag, (await readAll(answer)).length]).toEqual([304, headers.etag, 0]);
  });

  it('answers 416 outside the file', async () => {
    const answer = await ask({ headers: { range: `bytes=${sizeBytes}-` } });
    expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${sizeBytes}`]);
    expect((await readJson(answer)).error?.code).toBe('range/unsatisfiable');
  });

  const etag = etagOf(fileId, sizeBytes);
  const modified = new Date(mtimeSecondsOf(fileId) * 1000).toUTCString();
  const earlier = new Date((mtimeSecondsOf(fileId) - 1) * 1000).toUTCString();
  it.each([
    [{ range: 'bytes=0-1,5-6' }, 200],
    [{ range: 'bytes=-7' }, 206],
    [{ range: 'bytes=x-y' }, 416],
    [{ range: 'items=0-1' }, 200],
    [{ range: 'bytes=0-1', 'if-range': etag }, 206],
    [{ range: 'bytes=0-1', 'if-range': modified }, 206],
    [{ range: 'bytes=0-1', 'if-range': '"x"' }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': earlier }, 200],
    [{ 'if-none-match': '"x", W/"y"' }, 200],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-unmodified-since': earlier }, 412],
  ] as [Record<string, string>, number][])('answers %j with %i', async (headers, status) => {
    const answer = await ask({ headers });
    expect(answer.status).toBe(status);
    if (status < 400) expect(answer.headers).toMatchObject({ etag, 'last-modified': modified });
    await readAll(answer);
  });

  it('lets pages of every origin read what they need, of files and of refusals', async () => {
    const media = await ask({ headers: { range: 'bytes=0-1' } });
    const refusal = await ask({ target: `/${token}/${'0'.repeat(32)}` });
    for (const { headers } of [media, refusal]) {
      expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'timing-allow-origin': '*' });
      for (const name of ['ETag', 'Content-Range', 'Retry-After', 'CMSD-Dynamic'])
        expect(headers['access-control-expose-headers']).toContain(name);
      expect(headers['cmsd-dynamic']).toMatch(/^"fjord-1-a";etp=\d+$/);
    }
  });

  it('refuses other methods, and tells HEAD no more than the head', async () => {
    const answer = await ask({ method: 'DELETE' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((await readJson(answer)).error?.code).toBe('request/method-not-allowed');
    const head = await ask({ method: 'HEAD', target: `/${token}/${'0'.repeat(32)}` });
    expect([head.status, (await readAll(head)).length]).toEqual([404, 0]);
  });

  it('answers a preflight that browsers keep for a day', async () => {
    const answer = await ask({ method: 'OPTIONS', headers: { 'access-control-request-headers': 'range' } });
    expect(answer.headers).toMatchObject({
      'access-control-max-age': '86400',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': expect.stringContaining('Range'),
    });
  });

  it('answers a preflight', async () => {
    const answer = await ask({ method: 'OPTIONS' });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });

  it.each([
    [
      'an altered token',
      `/${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}/${fileId}`,
      403,
      'token/bad-signature',
    ],
    ['an expired token', `/${tokenFor('film', -5000)}/${fileId}`, 403, 'token/expired'],
    ['a token of another title', `/${tokenFor('series')}/${fileId}`, 403, 'token/wrong-title'],
    ['an unknown file', `/${token}/${'0'.repeat(32)}`, 404, 'file/unknown'],
    ['a climb', `/${token}/../../etc/passwd`, 400, 'path/invalid'],
    ['an encoded slash', `/${token}%2f${fileId}`, 400, 'path/invalid'],
    ['an encoded NUL', `${path}%00`, 400, 'path/invalid'],
  ])('refuses %s with a typed error that a page may read', async (_what, target, status, code) => {
    const answer = await ask({ target });
    expect([
      answer.status,
      answer.headers['access-control-allow-origin'],
      (await readJson(answer)).error?.code,
    ]).toEqual([status, '*', code]);
  });

  describe('configured otherwise', () => {
    const restart = async (config: Partial<OcaConfigInput>): Promise<void> => {
      await rendered.close();
      fixture = await ocaWith([file], { config, ...(disks ? { disks: await disks() } : {}) });
      rendered = await host(fixture);
    };
    const expiresAtS = Math.floor(Date.now() / 1000) + 600;
    const codeOf = async (signed: string): Promise<string | undefined> => {
      const answer = await ask({ target: `/${signed}/${fileId}`, headers: { range: 'bytes=0-9' } });
      return answer.status === 206 ? 'opened' : (await readJson(answer)).error?.code;
    };

    it('opens files with every key that counts now', async () => {
      const [next, last] = ['the-next-key-0123456789', 'the-last-key-0123456789'];
      await restart({ acceptedUrlKeys: [{ key: next }, { key: last, acceptUntilMs: Date.now() - 1000 }] });
      const by = (key: string) => codeOf(signMediaToken({ expiresAtS, playId, scope: 'film' }, key, hmac));
      expect(await by(ocaConfig.urlKey)).toBe('opened');
      expect(await by(next)).toBe('opened');
      expect(await by(last)).toBe('token/bad-signature');
    });

    it('opens files to the network that a token is bound to', async () => {
      const from = (network: string) =>
        codeOf(signMediaToken({ expiresAtS, playId, scope: 'film', network }, ocaConfig.urlKey, hmac));
      expect(await from(networkOf('127.0.0.77'))).toBe('opened');
      expect(await from(networkOf('198.51.100.7'))).toBe('token/wrong-network');
    });

    it('refuses more at once than it may serve, and says when to come again', async () => {
      await restart({ maxConnections: 1, paceBps: 800_000 });
      const running = await ask();
      await running.read();
      const refused = await ask();
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, String(retryAfterS(playId))]);
      expect(refused.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cmsd-dynamic': expect.stringContaining('"fjord-1-a"'),
      });
      expect((await readJson(refused)).error?.code).toBe('oca/overloaded');
      running.cancel();
    });
  });

  it('logs the start at once, and the end with what was sent', async () => {
    await readAll(await ask({ headers: { range: 'bytes=10-19' } }));
    await until(() => fixture.log.length === 2);
    const common = { ocaId: 'fjord-1-a', playId, fileId, range: [10, 20], status: 206 };
    expect(fixture.log).toMatchObject([
      { phase: 'start', ...common },
      { phase: 'end', ...common, bytesSent: 10, outcome: 'complete' },
    ]);
    expect(fixture.log[0]?.requestId).toBe(fixture.log[1]?.requestId);
    expect(JSON.stringify(fixture.log)).not.toContain(token.slice(-32));
  });

  it('lets go at once when the client leaves', async () => {
    fixture.oca.media.faults.set([{ kind: 'stall', afterBytes: 1000 }]);
    const answer = await ask();
    expect((await answer.read())?.length).toBeGreaterThan(0);
    await until(() => fixture.oca.media.connections === 1);
    answer.cancel();
    await until(() => fixture.oca.media.connections === 0 && fixture.log.at(-1)?.phase === 'end');
    expect(fixture.log.at(-1)).toMatchObject({ phase: 'end', outcome: 'client-closed', bytesSent: 1000 });
  });

  describe('with faults', () => {
    const setFaults = (faults: readonly object[]): Promise<Answer> => {
      const headers = { authorization: `Bearer ${ocaConfig.controlToken}`, 'content-type': 'application/json' };
      return rendered.ask({ target: '/control/faults', method: 'PUT', headers, body: JSON.stringify({ faults }) });
    };

    it('has them switched through its control route', async () => {
      const answer = await setFaults([{ kind: 'latency', delayMs: 1 }]);
      expect(answer.status).toBe(200);
      const status = await readJson(await rendered.ask({ target: '/control/status' }));
      expect(status).toMatchObject({
        ocaId: 'fjord-1-a',
        faults: [{ kind: 'latency', delayMs: 1 }],
        fileCount: 1,
        verdict: 'healthy',
      });
    });

    it('comes late', async () => {
      await setFaults([{ kind: 'latency', delayMs: 120 }]);
      const startedAtMs = performance.now();
      await readAll(await ask({ headers: { range: 'bytes=0-9' } }));
      expect(performance.now() - startedAtMs).toBeGreaterThan(110);
    });

    it('answers another status', async () => {
      await setFaults([{ kind: 'status', status: 503, retryAfterS: 3 }]);
      const answer = await ask();
      expect([answer.status, answer.headers['retry-after'], (await readJson(answer)).error?.code]).toEqual([
        503,
        '3',
        'oca/fault',
      ]);
    });

    it('breaks after so many bytes', async () => {
      await setFaults([{ kind: 'reset', afterBytes: 100_000 }]);
      await expect(readAll(await ask())).rejects.toThrow();
      await until(() => fixture.log.at(-1)?.phase === 'end');
      expect(fixture.log.at(-1)).toMatchObject({ outcome: 'reset', bytesSent: 100_000 });
    });

    it('says nothing at all, until the fault is gone', async () => {
      await setFaults([{ kind: 'stall', afterBytes: 0 }]);
      let answered = false;
      const asked = ask().then((answer) => {
        answered = true;
        return answer;
      });
      await tick(60);
      expect(answered).toBe(false);
      await setFaults([]);
      expect((await readAll(await asked)).length).toBe(sizeBytes);
    });

    it('gives one wrong byte in so many', async () => {
      await setFaults([{ kind: 'corrupt', everyBytes: 1000 }]);
      const bytes = await readAll(await ask());
      const wrong = [...bytes.keys()].filter((at) => bytes[at] !== file.bytes[at]);
      expect(wrong).toEqual(Array.from({ length: 700 }, (_, i) => i * 1000 + 999));
      await setFaults([]);
      expect(Buffer.compare(await readAll(await ask()), file.bytes)).toBe(0);
    });

    it('stalls a running response, and lets it go on', async () => {
      // Seconds of it: it must still run when the next fault comes.
      await setFaults([{ kind: 'rate', rateBps: 800_000 }]);
      const answer = await ask();
      await answer.read();
      await setFaults([{ kind: 'stall', afterBytes: 0 }]);
      const restRead = (async () => (await readAll(answer)).length)();
      expect(await Promise.race([restRead, tick(80).then(() => 'nothing')])).toBe('nothing');
      await setFaults([]);
      expect(await restRead).toBeGreaterThan(0);
    });

    it('cuts a running response when a status comes on', async () => {
      await setFaults([{ kind: 'rate', rateBps: 400_000 }]);
      const answer = await ask();
      await answer.read();
      await setFaults([{ kind: 'status', status: 503 }]);
      await expect(readAll(answer)).rejects.toThrow();
      expect((await ask()).status).toBe(503);
    });

    it.each([
      ['without the token', {}, '{"faults":[]}', 401, 'auth/invalid'],
      ['with a wrong token', { authorization: 'Bearer nope' }, '{"faults":[]}', 401, 'auth/invalid'],
      ['with broken JSON', { authorization: `Bearer ${ocaConfig.controlToken}` }, '{', 400, 'request/malformed-json'],
      [
        'with an unknown fault',
        { authorization: `Bearer ${ocaConfig.controlToken}` },
        '{"faults":[{"kind":"fire"}]}',
        400,
        'request/invalid',
      ],
      [
        'with far too much',
        { authorization: `Bearer ${ocaConfig.controlToken}` },
        ' '.repeat(70_000),
        400,
        'request/invalid',
      ],
    ])('are not switched %s', async (_what, headers, body, status, code) => {
      const answer = await rendered.ask({ target: '/control/faults', method: 'PUT', headers, body });
      expect([answer.status, (await readJson(answer)).error?.code]).toEqual([status, code]);
    });
  });

  it('answers 503 when the disk does not give the file, and takes itself out after a few', async () => {
    fixture.disks.open = () => Promise.reject(new Error('EIO'));
    rendered.loseFiles?.();
    for (let i = 0; i < 3; i++) expect((await readJson(await ask())).error?.code).toBe('oca/disk');
    await until(() => fixture.oca.health().verdict === 'failing');
    expect((await readJson(await ask())).error?.code).toBe('oca/overloaded');
  });

  it('takes no new requests while draining, and finishes what runs', async () => {
    fixture.oca.media.faults.set([{ kind: 'rate', rateBps: 40_000_000 }]);
    const running = await ask();
    await fixture.oca.drain();
    expect((await ask()).status).toBe(503);
    expect((await readAll(running)).length).toBe(sizeBytes);
  });
});
