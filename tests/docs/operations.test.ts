import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { deriveKeys, ProcessConfig } from '@pressplay/mock-backend/node';
import { createOca, MemoryDiskStore, OcaConfig } from '@pressplay/mock-oca';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);

const FLEET_SECRET = 'a secret that is long enough for a fleet';
const folder = mkdtempSync(join(tmpdir(), 'pressplay-operations-'));
let child: ChildProcess;
let region: string;
let output = '';

/** The page's own configuration, in memory and on a free port. */
beforeAll(async () => {
  const { secretFile: _, ...config } = JSON.parse(blocks('json')[0] ?? '');
  const path = join(folder, 'region.json');
  const changes = { databaseUrl: 'memory', secret: FLEET_SECRET, port: 0, retireMs: 0, logLevel: 'debug' };
  writeFileSync(path, JSON.stringify({ ...config, ...changes }));
  const main = join(root, 'mock-backend/src/main.ts');
  child = spawn(process.execPath, ['--conditions', 'pressplay-source', '--import', 'tsx', main], {
    env: { ...process.env, PRESSPLAY_CONFIG: path },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data) => {
      output += data;
    });
  const [message] = await once(child, 'message');
  expect(message, output).toMatchObject({ type: 'ready' });
  region = message.url;
}, 300_000);
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string): Promise<Response> =>
  fetch(`${region}${path}`, { headers: { Authorization: `Bearer ${deriveKeys(FLEET_SECRET).viewerToken}` } });

/** Of an appliance that holds nothing and talks to nobody. */
async function applianceMetrics(): Promise<string> {
  const controlToken = 'a control token that is long enough';
  const config = OcaConfig.parse({
    ocaId: 'fjord-1-a',
    siteId: 'fjord-1',
    baseUrl: 'http://127.20.1.1:8600',
    capacityBps: 1e9,
    urlKey: controlToken,
    ocaToken: controlToken,
    controlToken,
    regions: [],
    routes: [],
  });
  const oca = createOca({
    config,
    disks: new MemoryDiskStore(),
    http: () => Promise.reject(new Error('nobody is asked')),
    clock: { nowMs: () => 0, wallMs: () => 0, schedule: () => () => {} },
    hmac: () => '',
    sha256: () => ({ update: () => {}, hex: () => '' }),
    log: () => {},
  });
  const headers = { Authorization: `Bearer ${controlToken}` };
  const answer = await oca.fetch(new Request(`${config.baseUrl}/metrics`, { headers }), { clientAddress: '127.0.0.1' });
  return answer.text();
}

async function run(code: string): Promise<string> {
  const file = join(folder, `example-${Math.random()}.mjs`);
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.ESNext, target: 99 } });
  writeFileSync(file, outputText);
  const example = spawn(process.execPath, [file], { env: { ...process.env, REGION: region, FLEET_SECRET } });
  let said = '';
  for (const stream of [example.stdout, example.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  const [exitCode] = await once(example, 'close');
  expect(exitCode, said).toBe(0);
  return said;
}

describe('docs/operations.md', { timeout: 300_000 }, () => {
  it('has examples that run against a region', async () => {
    const [health = '', metrics = '', revocation = '', ...others] = blocks('ts');
    expect(others).toEqual([]);
    expect(await run(health)).toBe('ready  check-1\n');
    expect(await run(metrics)).toBe('pressplay_region_ready{region="us-east-1"} 1\n');
    expect(await run(revocation)).toBe('account-17 has no good token left\n');
  });

  it('shows a configuration that a region takes', () => {
    const [config = ''] = blocks('json');
    expect(ProcessConfig.safeParse(JSON.parse(config)).error).toBeUndefined();
  });

  it('names only figures that a region or an appliance has', async () => {
    const text = (await (await ask('/metrics')).text()) + (await applianceMetrics());
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    const named = [...page.matchAll(/\b(?:pressplay|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !known.has(name.replace(/_(count|bucket)$/, '')))).toEqual([]);
  });

  it('names only paths that a region answers', async () => {
    const { paths } = (await (await ask('/openapi.json')).json()) as { paths: Record<string, unknown> };
    const table = page.split('## Roles')[0] ?? '';
    const named = [...table.matchAll(/`(\/[a-z1-9/{}A-Z.]+)`/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((path) => path && !(path in paths))).toEqual([]);
  });

  it('tells of logs and of the end as they are', async () => {
    await ask('/v1/titles');
    child.kill('SIGTERM');
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(0);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1), output.slice(-600)).toMatchObject({ msg: 'ended', regionId: 'us-east-1' });
    expect(lines).toContainEqual(expect.objectContaining({ requestId: 'check-1', path: '/v1/health', status: 200 }));
    const { viewerToken, operatorToken, urlKey } = deriveKeys(FLEET_SECRET);
    for (const secret of [FLEET_SECRET, viewerToken, operatorToken, urlKey]) expect(output).not.toContain(secret);
  });
});
