import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nginxSearch, nginxWith } from '../testing/nginx-fixture.ts';
import { ocaConfig, ocaWith, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { rawAsk } from '../testing/raw-ask.ts';
import { folderDisks } from '../testing/renderers.ts';
import { hasWorkers, workersWith } from '../testing/workers-fixture.ts';
import type { WatchedDisks } from './nginx/watched-disks.ts';
import { listen } from './node/node-server.ts';

const file = testFile(100_000);
const { fileId } = file.entry;
const token = tokenFor();
const SLOW_MS = 1000;

interface Served {
  readonly port: number;
  readonly folder: string;
  close(): Promise<void>;
}

const engines = [
  { engine: 'node', serve: serveByNode },
  ...(hasWorkers ? [{ engine: 'node with two threads', serve: serveByWorkers }] : []),
  ...(nginxSearch.ok ? [{ engine: 'nginx', serve: serveByNginx }] : []),
];

async function serveByNode(): Promise<Served> {
  const disks = await folderDisks();
  const { oca } = await ocaWith([file], { disks });
  const server = await listen(oca, { host: '127.0.0.1', port: 0, slowHeadersMs: SLOW_MS });
  const close = async (): Promise<void> => {
    oca.stop();
    await server.close(0);
    rmSync(folderOf(disks), { recursive: true });
  };
  return { port: Number(new URL(server.url).port), folder: folderOf(disks), close };
}

async function serveByWorkers(): Promise<Served> {
  const { url, folder, close } = await workersWith([file], {}, { slowHeadersMs: SLOW_MS });
  return { port: Number(new URL(url).port), folder, close };
}

async function serveByNginx(): Promise<Served> {
  const { engine, disks, close } = await nginxWith([file], {}, { slowHeadersS: SLOW_MS / 1000 });
  return { port: Number(new URL(engine.url).port), folder: folderOf(disks), close };
}

const folderOf = (disks: WatchedDisks): string => disks.disks()[0]?.disk ?? '';

describe.each(engines)('an OCA on the open network, by $engine', ({ serve }) => {
  let served: Served;
  beforeEach(async () => {
    served = await serve();
  });
  afterEach(() => served.close());

  const ask = async (path: string, headers: readonly (readonly [string, string])[] = [], method = 'GET') => {
    const { status, body } = await rawAsk(served.port, { method, path, headers });
    return { status, text: body.toString('latin1') };
  };
  const codeOf = ({ text }: { readonly text: string }): string => JSON.parse(text).error.code;

  it('says nothing of its files to who has no token', async () => {
    const altered = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    const [held, foreign] = [await ask(`/${altered}/${fileId}`), await ask(`/${altered}/${'0'.repeat(32)}`)];
    expect(codeOf(held)).toBe('token/bad-signature');
    expect(foreign.text.replaceAll('0'.repeat(32), fileId)).toBe(held.text);
    expect(held.status).toBe(foreign.status);
  });

  it.each([
    '/',
    '//',
    `/${token}`,
    `/${token}/`,
    `/${token}/.`,
    `/${token}/..`,
    `/${token}/${fileId}/`,
    `/${token}/${fileId}.json`,
    `/${token}/.pressplay-disk`,
    `/${token}/../../../../etc/passwd`,
    `/${token}/%2e%2e/%2e%2e/etc/passwd`,
    `/${token}/..%2f..%2fetc%2fpasswd`,
    `/${token}/..\\..\\etc\\passwd`,
    `/${token}//${fileId}`,
    `/${token}/${fileId}%00`,
    `/${token}/${fileId.toUpperCase()}`,
    `/etc/passwd`,
    `/.refused`,
    `/${'a'.repeat(3000)}/${fileId}`,
  ])('gives no folder and nothing outside of one: %s', async (path) => {
    const answer = await ask(path);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'path/invalid']);
    expect(answer.text).not.toContain('root:');
  });

  it('follows no link, neither to a file of its own nor to another', async () => {
    const path = join(served.folder, fileId);
    renameSync(path, join(served.folder, 'elsewhere'));
    for (const target of [join(served.folder, 'elsewhere'), '/etc/passwd']) {
      symlinkSync(target, path);
      const answer = await ask(`/${token}/${fileId}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toContain('root:');
      rmSync(path);
    }
  });

  it('takes no head that is too large, and says so', async () => {
    const answer = await ask(`/${token}/${fileId}`, [['X-Large', 'x'.repeat(40_000)]]);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toMatch(/invalid/);
    const many = Array.from({ length: 3000 }, (_, i) => [`X-${i}`, 'some words'] as const);
    expect((await ask(`/${token}/${fileId}`, many)).status).toBe(400);
  });

  it('takes no body that is too large', async () => {
    const headers = [
      ['Authorization', `Bearer ${ocaConfig.controlToken}`],
      ['Content-Length', '100000000'],
    ] as const;
    const socket = connect(served.port, '127.0.0.1');
    const head = ['PUT /control/faults HTTP/1.1', 'Host: x', ...headers.map((each) => each.join(': '))];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    const sending = setInterval(() => socket.writable && socket.write(' '.repeat(60_000)), 5);
    const answer = await textUntilClosed(socket).finally(() => clearInterval(sending));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  it.each([
    ['a head that never ends', `GET /${token}/${fileId} HTTP/1.1\r\nHost: x\r\n`, 'X-Slow: a\r\n'],
    ['a request line that never ends', 'GET /', 'a'],
    [
      'a body that never ends',
      `PUT /control/faults HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ocaConfig.controlToken}\r\nContent-Length: 60000\r\n\r\n`,
      '',
    ],
    ['nothing at all', '', ''],
  ])('lets nobody keep a connection with %s', { timeout: 300_000 }, async (_what, begin, more) => {
    const socket = connect(served.port, '127.0.0.1');
    if (begin !== '') socket.write(begin);
    const sending = setInterval(() => socket.writable && more !== '' && socket.write(more), 50);
    const text = await textUntilClosed(socket).finally(() => clearInterval(sending));
    expect(text).not.toContain('HTTP/1.1 2');
  });
});

/** What comes until the server closes; a break counts as an end. */
function textUntilClosed(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}
