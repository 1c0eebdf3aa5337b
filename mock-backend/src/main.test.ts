import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemas } from '@pressplay/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issueAccessToken } from './process/access-tokens.ts';
import { deriveKeys } from './process/keys.ts';
import type { ProcessConfigInput } from './process/process-config.ts';
import { freePort } from './testing/free-port.ts';
import { type TestPostgres, testPostgres } from './testing/test-postgres.ts';
import { DEVICE, makeTitle, NETWORKS, OCAS, ROUTES, SITES } from './testing/test-region.ts';

const SECRET = 'a secret that is long enough for a fleet';
const keys = deriveKeys(SECRET);
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let postgres: TestPostgres;
let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  postgres = await testPostgres();
}, 300_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressplay-region-'));
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

interface StartedRegion {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

async function launch(config: object): Promise<Omit<StartedRegion, 'url'>> {
  const path = join(folder, `region-${Math.random()}.json`);
  await writeFile(path, JSON.stringify(config));
  const child = spawn(process.execPath, ['--conditions', 'pressplay-source', '--import', 'tsx', MAIN], {
    env: { ...process.env, PRESSPLAY_CONFIG: path },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (text += data));
  return { child, output: () => text };
}

async function startRegion(config: object): Promise<StartedRegion> {
  const launched = await launch(config);
  const [message] = await once(launched.child, 'message');
  expect(message, launched.output()).toMatchObject({ type: 'ready' });
  return { ...launched, url: message.url };
}

const configOf = async (changes: Partial<ProcessConfigInput> = {}): Promise<ProcessConfigInput> => ({
  regionId: 'us-east-1',
  port: await freePort(),
  databaseUrl: postgres.url,
  secret: SECRET,
  sites: [...SITES],
  networks: [...NETWORKS],
  originBaseUrls: [],
  originDir: folder,
  trustClientAddress: true,
  copiesNeeded: 2,
  sitesNeeded: 2,
  // Each report is sent once: a slow machine is no silence.
  healthDeadlineMs: 60_000,
  ...changes,
});

const send = (url: string, method: string, path: string, token: string, body?: unknown) =>
  fetch(`${url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Pressplay-Client-Address': '198.51.100.7' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function reportAll(url: string, fileIds: readonly string[]): Promise<void> {
  for (const [ocaId, siteId] of OCAS) {
    const put = async (what: string, body: object): Promise<number> =>
      (await send(url, 'PUT', `/v1/ocas/${ocaId}/${what}`, keys.ocaTokenFor(ocaId), body)).status;
    const load = { capacityBps: 1, trafficBps: 0, connections: 0, servedBytes: 0, uptimeMs: 0 };
    const health = { ocaId, siteId, baseUrl: `http://${ocaId}`, verdict: 'healthy', reason: 'test', ...load };
    // 200: a region that has just started asks for everything. Then it is content.
    expect([200, 204]).toContain(await put('health', health));
    expect(await put('inventory', { ocaId, fileIds })).toBe(204);
    expect(await put('routes', { ocaId, routes: ROUTES[siteId] })).toBe(204);
    expect(await put('health', health)).toBe(204);
  }
}

describe('regions as processes over one PostgreSQL', { timeout: 300_000 }, () => {
  it('start a play in one, find it in the other, survive SIGKILL and drain on SIGTERM', async () => {
    const [east, europe] = await Promise.all([
      configOf().then(startRegion),
      configOf({ regionId: 'eu-west-1' }).then(startRegion),
    ]);
    const film = makeTitle('film');
    const fileIds = film.renditions.map(({ fileId }) => fileId);
    expect((await send(east.url, 'PUT', '/v1/titles/film', keys.operatorToken, film)).status).toBe(204);
    await reportAll(east.url, fileIds);
    await reportAll(europe.url, fileIds);
    const token = await issueAccessToken(keys.accountsKey, 'demo');
    const request = { titleId: 'film', device: DEVICE, idempotencyKey: 'a-key-of-the-test' };
    const first = schemas.PlayResponse.parse(await (await send(east.url, 'POST', '/v1/plays', token, request)).json());
    expect(first.servers).toHaveLength(4);
    east.child.kill('SIGKILL');
    const inEurope = await (await send(europe.url, 'POST', '/v1/plays', token, request)).json();
    expect(inEurope).not.toHaveProperty('error');
    const second = schemas.PlayResponse.parse(inEurope);
    expect(second).toMatchObject({ playId: first.playId, region: 'eu-west-1', servers: first.servers });
    const renewed = await send(europe.url, 'POST', `/v1/plays/${first.playId}/renew`, token);
    expect(schemas.PlayRenewal.parse(await renewed.json()).playId).toBe(first.playId);
    expect((await send(europe.url, 'POST', '/v1/plays', `${token}x`, request)).status).toBe(401);

    await new Promise((resolve) => setTimeout(resolve, 2100));
    await reportAll(europe.url, fileIds);
    const again = await startRegion(await configOf());
    expect((await send(again.url, 'POST', '/v1/plays', token, request)).status).toBe(200);

    europe.child.kill('SIGTERM');
    expect(await once(europe.child, 'close')).toEqual([0, null]);
    await expect(fetch(`${europe.url}/v1/health`)).rejects.toThrow();
    expect(europe.output()).toContain('steering decision');
    expect(europe.output()).not.toContain(second.token.slice(-32));
    expect(europe.output()).not.toContain(token);
  });

  it('streams a file of the origin to an OCA with a token', async () => {
    const film = makeTitle('film-with-origin');
    const region = await startRegion(
      await configOf({ originBaseUrls: [{ regionId: 'us-east-1', baseUrl: 'http://origin' }] }),
    );
    const [audio] = film.renditions;
    await mkdir(join(folder, 'files'));
    await writeFile(join(folder, 'files', audio?.fileId ?? ''), 'bytes of the sound');
    await send(region.url, 'PUT', `/v1/titles/${film.titleId}`, keys.operatorToken, film);
    await reportAll(region.url, []);
    const manifest = await send(region.url, 'GET', '/v1/ocas/core-1-a/fill-manifest', keys.ocaTokenFor('core-1-a'));
    const { files } = schemas.FillManifest.parse(await manifest.json());
    const url = files.find(({ fileId }) => fileId === audio?.fileId)?.sources[0]?.url ?? '';
    const answer = await fetch(url.replace('http://origin', region.url));
    expect(answer.headers.get('Content-Length')).toBe('18');
    expect(await answer.text()).toBe('bytes of the sound');
    const absent = files.find(({ fileId }) => fileId !== audio?.fileId)?.sources[0]?.url ?? '';
    expect((await fetch(absent.replace('http://origin', region.url))).status).toBe(404);
  });
});

describe('a region process', { timeout: 300_000 }, () => {
  it('ends when its supervisor is gone', async () => {
    const { child } = await startRegion(await configOf({ databaseUrl: 'memory' }));
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says which port is in use', async () => {
    const config = await configOf({ databaseUrl: 'memory' });
    const other = createServer().listen(config.port, '127.0.0.1');
    const { child, output } = await launch(config);
    expect(await once(child, 'close')).toEqual([3, null]);
    expect(output()).toContain(`Port ${config.port} on 127.0.0.1 is in use`);
    other.close();
  });

  it('says what is wrong with its configuration', async () => {
    const { secret: _secret, ...config } = await configOf({ databaseUrl: 'mysql://here' });
    const { child, output } = await launch({ ...config, colour: 'blue' });
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(output()).toContain('databaseUrl: expected postgres://');
    expect(output()).toContain('colour');
  });
});
