import { expect, it } from 'vitest';
import { config, testRegion } from '../testing/test-region.ts';

const OCA = 'core-1-a';
const HEALTH = {
  ocaId: OCA,
  siteId: 'core-1',
  baseUrl: 'http://127.20.4.1:8600',
  verdict: 'healthy',
  reason: 'all is well',
  capacityBps: 1e9,
  trafficBps: 0,
  connections: 0,
  servedBytes: 0,
  uptimeMs: 1,
};

it('an OCA is asked to tell everything until its routes and files are known', async () => {
  const region = testRegion();
  const token = config.ocaTokenFor(OCA);
  const put = (what: string, body: unknown) => region.call('PUT', `/v1/ocas/${OCA}/${what}`, { token, body });
  expect(await put('health', HEALTH)).toMatchObject({ status: 200, body: { tellAll: true } });
  expect((await put('routes', { ocaId: OCA, routes: [] })).status).toBe(204);
  expect((await put('health', HEALTH)).status).toBe(200);
  expect((await put('inventory', { ocaId: OCA, fileIds: [] })).status).toBe(204);
  expect((await put('health', HEALTH)).status).toBe(204);
  // The same words again count as news of now, and others as others.
  expect((await put('routes', { ocaId: OCA, routes: [] })).status).toBe(204);
  expect((await put('routes', { ocaId: 'core-1-b', routes: [] })).status).toBe(400);
});
