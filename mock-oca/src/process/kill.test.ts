import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FillManifest } from '@pressplay/protocol/messages';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNginx } from '../engines/nginx/find-nginx.ts';
import { freePort } from '../testing/free-port.ts';
import { ocaConfig, type TestFile, testFile, tokenFor } from '../testing/oca-fixture.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const files = Array.from({ length: 12 }, (_, index) => testFile(400_000 + index, 'film', index));
const PART_BYTES = 40_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A region that wants all files held, and gives them slowly, so that a kill meets one half written. */
async function startRegion(): Promise<{ readonly server: Server; readonly baseUrl: string }> {
  const server = createServer((request, response) => {
    const [, name = ''] = /^\/files\/(\w+)$/.exec(request.url ?? '') ?? [];
    const file = files.find(({ entry }) => entry.fileId === name);
    if (file) return void drip(file, response);
    const isManifest = request.method === 'GET' && request.url?.endsWith('/fill-manifest');
    response.end(JSON.stringify(isManifest ? manifest(baseUrl) : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, baseUrl };
}

function manifest(baseUrl: string): FillManifest {
  const wanted = files.map(({ entry: { fileId, titleId, sha256, sizeBytes } }) => {
    const sources = [{ kind: 'origin' as const, from: 'us-east-1', url: `${baseUrl}/files/${fileId}` }];
    return { fileId, titleId, sha256, sizeBytes, sources };
  });
  return { ocaId: ocaConfig.ocaId, files: wanted, refreshInMs: 500 };
}

async function drip({ bytes }: TestFile, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-length': String(bytes.length) });
  for (let at = 0; at < bytes.length && !response.destroyed; at += PART_BYTES) {
    response.write(bytes.subarray(at, at + PART_BYTES));
    await pause(5);
  }
  response.end();
}

let folder: string;
let region: { readonly server: Server; readonly baseUrl: string };
let oca: ChildProcess | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oca-kill-'));
  // nginx's workers are somebody else.
  chmodSync(folder, 0o755);
  region = await startRegion();
});
afterEach(async () => {
  if (oca?.exitCode === null && oca.signalCode === null) {
    const gone = new Promise((resolve) => oca?.once('exit', resolve));
    oca.kill('SIGKILL');
    await gone;
  }
  region.server.closeAllConnections();
  region.server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startOca(engine: string, port: number): Promise<void> {
  const config = { ...ocaConfig, engine, host: '127.0.0.1', port, disks: [join(folder, 'disk0')], logLevel: 'silent' };
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...config, regions: [{ regionId: 'us-east-1', baseUrl: region.baseUrl }] }));
  oca = fork(main, {
    execArgv: ['--conditions=pressplay-source', '--import=tsx'],
    env: { ...process.env, PRESSPLAY_CONFIG: path },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise((resolve, reject) => {
    oca?.once('message', resolve);
    oca?.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

/** True when this file is served, which then must be the right one; false when it is refused as one not held. */
async function holds({ entry, bytes }: TestFile, baseUrl: string): Promise<boolean> {
  const response = await fetch(`${baseUrl}/${tokenFor()}/${entry.fileId}`);
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) return false;
  expect(response.status).toBe(200);
  expect(Buffer.compare(body, bytes)).toBe(0);
  return true;
}

const engines = findNginx().ok ? ['node', 'nginx'] : ['node'];

describe.each(engines)('an appliance with the engine %s', (engine) => {
  it('serves nothing wrong after it was killed in the middle of filling and serving, and keeps what it had', async () => {
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    let held = 0;
    for (const lifeMs of [150, 300, 80]) {
      await startOca(engine, port);
      const now = await Promise.all(files.map((file) => holds(file, baseUrl)));
      expect(now.filter(Boolean).length).toBeGreaterThanOrEqual(held);
      await pause(lifeMs);
      held = (await Promise.all(files.map((file) => holds(file, baseUrl)))).filter(Boolean).length;
      for (const file of files) void holds(file, baseUrl).catch(() => {});
      const gone = new Promise((resolve) => oca?.once('exit', resolve));
      oca?.kill('SIGKILL');
      await gone;
    }
    await startOca(engine, port);
    while (!(await Promise.all(files.map((file) => holds(file, baseUrl)))).every(Boolean)) await pause(20);
  }, 300_000);
});
