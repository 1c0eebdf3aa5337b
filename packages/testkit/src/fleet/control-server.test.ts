import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FleetSnapshot } from '@pressplay/protocol/messages';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { type ControlServer, controlApp, startControlServer } from './control-server.ts';
import { FleetError } from './fleet-error.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-page-'));
const pageDir = path.join(folder, 'page');
mkdirSync(pageDir);
writeFileSync(path.join(pageDir, 'index.html'), '<h1>Control room</h1>');
writeFileSync(path.join(folder, 'secret.json'), '"secret"');
afterAll(() => rmSync(folder, { recursive: true }));

const SNAPSHOT: FleetSnapshot = { atMs: 1, sites: [], regions: [], ocas: [], titles: [], events: [] };
const fleet = {
  regions: [{ regionId: 'us-east-1', baseUrl: 'http://127.0.0.1:1' }],
  ocas: [],
  accessToken: vi.fn(async () => 'token'),
  killOca: vi.fn(async (id: string) => {
    if (id !== 'fjord-1-a') throw new FleetError('fleet/unknown-name', `No OCA is named ${id}`);
  }),
  restartOca: vi.fn(async () => undefined),
  setFaults: vi.fn(async () => undefined),
  killRegion: vi.fn(async () => undefined),
  failRegion: vi.fn(async () => undefined),
  restartRegion: vi.fn(async () => undefined),
  killDatabase: vi.fn(async () => undefined),
  restartDatabase: vi.fn(async () => undefined),
  requestLog: vi.fn(async () => []),
  snapshot: () => SNAPSHOT,
  watch: () => endWatch,
  publish: vi.fn(async () => undefined),
  waitUntilLive: vi.fn(async () => undefined),
};
const endWatch = vi.fn();
beforeEach(() => vi.clearAllMocks());

const app = controlApp({ fleet, pageDir, hosts: () => ['127.0.0.1:8500', 'localhost:8500'] });
const ask = (pathname: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  app.request(`http://127.0.0.1:8500${pathname}`, { ...init, headers: { host: '127.0.0.1:8500', ...init.headers } });
const WRITE = { 'Pressplay-Control': '1' };

it('answers snapshots, the demo settings and the page', async () => {
  expect(await (await ask('/api/fleet')).json()).toEqual(SNAPSHOT);
  expect(await (await ask('/api/demo')).json()).toMatchObject({ regions: fleet.regions, accessToken: 'token' });
  expect(await (await ask('/')).text()).toContain('Control room');
});

it('kills an OCA when its own page asks', async () => {
  const response = await ask('/api/ocas/fjord-1-a/kill', {
    method: 'POST',
    headers: { ...WRITE, origin: 'http://localhost:8500' },
  });
  expect(response.status).toBe(200);
  expect(fleet.killOca).toHaveBeenCalledWith('fjord-1-a');
});

it('kills and starts the database', async () => {
  for (const [act, performed] of [
    ['kill', fleet.killDatabase],
    ['restart', fleet.restartDatabase],
  ] as const) {
    expect((await ask(`/api/database/${act}`, { method: 'POST', headers: WRITE })).status).toBe(200);
    expect(performed).toHaveBeenCalledOnce();
  }
});

it('fails a region for a stated time, and for no other', async () => {
  const fail = (body: string) => ask('/api/regions/us-east-1/outage', { method: 'PUT', headers: WRITE, body });
  expect((await fail('{"forMs":60000}')).status).toBe(200);
  expect(fleet.failRegion).toHaveBeenCalledExactlyOnceWith('us-east-1', 60_000, 'kill');
  expect((await fail('{"forMs":60000,"how":"hang"}')).status).toBe(200);
  expect(fleet.failRegion).toHaveBeenLastCalledWith('us-east-1', 60_000, 'hang');
  for (const wrong of ['{"forMs":0}', '{"forMs":"60s"}', '{"forMs":1e12}', '{"forMs":1,"how":"sulk"}', 'null', '{'])
    expect((await fail(wrong)).status).toBe(400);
  expect(fleet.failRegion).toHaveBeenCalledTimes(2);
});

it('refuses writes without the header, foreign origins and foreign host names', async () => {
  const kill = '/api/ocas/fjord-1-a/kill';
  expect((await ask(kill, { method: 'POST' })).status).toBe(403);
  expect((await ask(kill, { method: 'POST', headers: { ...WRITE, origin: 'https://evil.example' } })).status).toBe(403);
  expect((await ask(kill, { method: 'POST', headers: { ...WRITE, host: 'evil.example:8500' } })).status).toBe(403);
  expect((await ask('/api/demo', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await ask('/api/fleet', { headers: { host: 'evil.example' } })).status).toBe(403);
  expect(fleet.killOca).not.toHaveBeenCalled();
});

it('checks faults against their schema', async () => {
  const put = (body: string) => ask('/api/ocas/fjord-1-a/faults', { method: 'PUT', headers: WRITE, body });
  expect((await put('{"faults":[{"kind":"rate","rateBps":200000}]}')).status).toBe(200);
  expect(fleet.setFaults).toHaveBeenCalledExactlyOnceWith('fjord-1-a', [{ kind: 'rate', rateBps: 200_000 }]);
  expect((await put('{"faults":[{"kind":"flood"}]}')).status).toBe(400);
  expect((await put('{')).status).toBe(400);
});

it('says which name it does not know', async () => {
  const response = await ask('/api/ocas/nobody/kill', { method: 'POST', headers: WRITE });
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('nobody');
});

it('serves nothing outside the page', async () => {
  for (const trick of [
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/%2e%2e%2fsecret.json',
    '/nothing.js',
    '/%',
  ]) {
    const response = await ask(trick);
    expect(await response.text()).not.toContain('"secret"');
    expect(response.status, trick).toBeGreaterThanOrEqual(400);
  }
});

it('streams snapshots over a socket, stops looking when the page leaves, and closes with a stream open', async () => {
  const server: ControlServer = await startControlServer({ fleet, pageDir, port: 0 });
  const leave = new AbortController();
  const response = await fetch(`${server.url}/api/fleet/stream`, { signal: leave.signal });
  const first = await response.body?.getReader().read();
  expect(new TextDecoder().decode(first?.value)).toContain(`event: snapshot\ndata: ${JSON.stringify(SNAPSHOT)}`);
  leave.abort();
  await vi.waitFor(() => expect(endWatch).toHaveBeenCalled(), { timeout: 20_000 });
  void fetch(`${server.url}/api/fleet/stream`)
    .then((open) => open.text())
    .catch(() => undefined);
  await server.close();
});
