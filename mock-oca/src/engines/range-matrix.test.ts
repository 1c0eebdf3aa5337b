import { etagOf, mtimeSecondsOf } from '@pressplay/protocol/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OcaFixture, ocaWith, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { type MatrixAsk, rangeMatrix } from '../testing/range-matrix.ts';
import { type RawAnswer, rawAsk } from '../testing/raw-ask.ts';
import { type ReferenceNginx, startReferenceNginx } from '../testing/reference-nginx.ts';
import { folderDisks, hostBehindNginx, type RenderedOnSocket } from '../testing/renderers.ts';
import { findNginx } from './nginx/find-nginx.ts';
import { listen, type NodeServer } from './node/node-server.ts';

const file = testFile(150_001);
const { fileId, sizeBytes } = file.entry;
const path = `/${tokenFor()}/${fileId}`;
const matrix = rangeMatrix({ path, sizeBytes, etag: etagOf(fileId, sizeBytes), modifiedAtS: mtimeSecondsOf(fileId) });
const search = findNginx();

const FILE_HEADERS = ['content-range', 'content-length', 'content-type', 'etag', 'last-modified'];

/** Where we mean to differ from a stock nginx, and what holds instead. */
const EXCEPTIONS: readonly {
  readonly why: string;
  readonly where: (ask: MatrixAsk, stock: RawAnswer) => boolean;
  readonly instead: (answers: {
    readonly ours: RawAnswer;
    readonly stock: RawAnswer;
    readonly oneRange: RawAnswer;
  }) => void;
}[] = [
  {
    why: 'several ranges are answered with the whole file, as nginx does with max_ranges 1: players never ask for several',
    where: ({ name }, stock) =>
      stock.headers['content-type']?.startsWith('multipart/') === true || name.endsWith('2-3,x'),
    instead: ({ ours, oneRange }) => expectSame(ours, oneRange),
  },
  {
    why: 'OPTIONS is a preflight',
    where: ({ method }) => method === 'OPTIONS',
    instead: ({ ours }) => expect([ours.status, ours.headers['access-control-max-age']]).toEqual([204, '86400']),
  },
  {
    why: 'a method that no standard knows is no HTTP for Node',
    where: ({ method }) => method === 'FOO' || method === 'G-T',
    instead: ({ ours, stock }) =>
      expect([ours.status === 400 || ours.status === 405, stock.status]).toEqual([true, 405]),
  },
  {
    why: 'a condition that comes twice is a list, for nginx it is garbage',
    where: ({ headers }) => new Set(headers.map(([name]) => name)).size < headers.length && !twoRanges(headers),
    instead: ({ ours, stock }) => expect([ours.status < 500, stock.status]).toEqual([true, 400]),
  },
];

function twoRanges(headers: MatrixAsk['headers']): boolean {
  return headers.filter(([name]) => name === 'Range').length > 1;
}

/** Refusals tell in JSON what nginx tells in HTML: of them only status and size of the file are compared. */
function seen({ status, headers, body }: RawAnswer): object {
  if (status >= 400) return { status, 'content-range': headers['content-range'] };
  return { status, ...Object.fromEntries(FILE_HEADERS.map((name) => [name, headers[name]])), bytes: body.length };
}

function expectSame(ours: RawAnswer, nginxs: RawAnswer): void {
  expect(seen(ours)).toEqual(seen(nginxs));
  if (nginxs.status < 400) expect(ours.body.equals(nginxs.body)).toBe(true);
}

it('is a matrix of hundreds of requests', () => {
  expect(new Set(matrix.map((ask) => JSON.stringify(ask))).size).toBeGreaterThanOrEqual(400);
});

describe.skipIf(!search.ok)('a real nginx', () => {
  let nginx: ReferenceNginx;
  let fixture: OcaFixture;
  let server: NodeServer;
  let engine: RenderedOnSocket;
  beforeAll(async () => {
    nginx = await startReferenceNginx(search.ok ? search.nginx.binary : '', file);
    fixture = await ocaWith([file]);
    server = await listen(fixture.oca, { host: '127.0.0.1', port: 0 });
    engine = await hostBehindNginx(await ocaWith([file], { disks: await folderDisks() }));
  });
  afterAll(async () => {
    fixture?.oca.stop();
    await Promise.all([server?.close(0), nginx?.close(), engine?.close()]);
  });

  async function compare(ask: MatrixAsk, ours: RawAnswer): Promise<void> {
    const [stock, oneRange] = await Promise.all([rawAsk(nginx.port, ask), rawAsk(nginx.oneRangePort, ask)]);
    const exception = EXCEPTIONS.find(({ where }) => where(ask, stock));
    if (exception) exception.instead({ ours, stock, oneRange });
    else expectSame(ours, stock);
  }

  it.each(matrix)('answers like the Node engine: $name', async (ask) => {
    await compare(ask, await rawAsk(Number(new URL(server.url).port), ask));
  });

  it.each(matrix)('answers like the nginx engine: $name', async (ask) => {
    await compare(ask, await rawAsk(Number(new URL(engine.url).port), ask));
  });

  it.each(matrix.filter(isForFetch))('answers like the Response renderer: $name', async (ask) => {
    const init = { method: ask.method, headers: ask.headers.map(([name, value]): [string, string] => [name, value]) };
    const request = new Request(`http://oca${ask.path}`, init);
    const response = await fixture.oca.fetch(request, { clientAddress: '127.0.0.1' });
    const headers = Object.fromEntries(response.headers);
    const body = Buffer.from(await response.arrayBuffer());
    await compare(ask, { status: response.status, headers, body });
  });
});

/** What the Fetch standard can say: it joins headers that come twice, tidies some methods and forbids others. */
function isForFetch({ method, headers, body }: MatrixAsk): boolean {
  const names = headers.map(([name]) => name.toLowerCase());
  return new Set(names).size === names.length && body === undefined && !['get', 'TRACE'].includes(method);
}
