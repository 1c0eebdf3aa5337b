import { schemas } from '@pressplay/protocol';
import { expect, it } from 'vitest';
import { expectError } from '../testing/expect-error.ts';
import { type Answer, config, liveRegion, type TestRegion } from '../testing/test-region.ts';

const OPERATOR = { token: config.operatorToken };
const drain = (region: TestRegion, path: string, body: unknown = {}) =>
  region.call('PUT', `/v1/${path}/drain`, { ...OPERATOR, body });
const serversOf = ({ body }: Answer): string[] => {
  if (!body.servers) throw new Error(JSON.stringify(body));
  return body.servers.map(({ ocaId }: { ocaId: string }) => ocaId);
};
const playOn = async (region: TestRegion, idempotencyKey: string) =>
  serversOf(await region.play({ idempotencyKey }, { token: `account-${idempotencyKey}` }));

it('a drained OCA is given to no new play, and running plays leave it with their next refresh', async () => {
  const region = await liveRegion();
  const running = await region.play();
  expect(serversOf(running)).toContain('fjord-1-a');
  expect((await drain(region, 'ocas/fjord-1-a', { reason: 'new disks' })).status).toBe(204);
  expect(await playOn(region, 'while-it-is-drained')).toEqual(expect.not.arrayContaining(['fjord-1-a']));
  const renewal = await region.call('POST', `/v1/plays/${running.body.playId}/renew`, { token: 'account-a' });
  expect(serversOf(renewal)).toEqual(expect.not.arrayContaining(['fjord-1-a']));
  expect(serversOf(renewal)).toHaveLength(3);

  const { decisions } = (await region.call('GET', `/v1/steering/decisions/${running.body.playId}`, OPERATOR)).body;
  expect(decisions.at(-1).text).toContain('D draining: draining: drained by operators: new disks');

  // Its own reports do not put it back.
  await region.report('fjord-1-a', 'fjord-1', { verdict: 'healthy' });
  expect(await playOn(region, 'after-its-report')).not.toContain('fjord-1-a');
  expect((await region.call('DELETE', '/v1/ocas/fjord-1-a/drain', OPERATOR)).status).toBe(204);
  expect(await playOn(region, 'when-it-is-back')).toContain('fjord-1-a');
});

it('a drained site loses all its OCAs, also one that reports for the first time', async () => {
  const region = await liveRegion();
  await drain(region, 'sites/fjord-1');
  await region.report('fjord-1-new', 'fjord-1', {});
  expect(await playOn(region, 'without-fjord')).toEqual(expect.arrayContaining(['ix-1-a', 'core-1-a']));
  const status = schemas.FleetStatus.parse((await region.call('GET', '/v1/fleet', OPERATOR)).body);
  expect(status.drains).toMatchObject([{ kind: 'site', id: 'fjord-1', reason: 'maintenance' }]);
  for (const { ocaId, siteId, usable, drained } of status.ocas) {
    expect(usable, ocaId).toBe(siteId !== 'fjord-1');
    expect(drained, ocaId).toBe(siteId === 'fjord-1' ? 'drained with fjord-1 by operators: maintenance' : undefined);
  }
});

it('one that fails is failing, drained or not', async () => {
  const region = await liveRegion();
  await drain(region, 'ocas/ix-1-a');
  await region.report('ix-1-a', 'ix-1', { verdict: 'failing' });
  const { decisions } = await decisionsOfPlay(region);
  const ix = decisions[0].decision.inputs.sites.find(({ siteId }: { siteId: string }) => siteId === 'ix-1');
  expect(ix.ocas[0].condition).toBe('failing');
});

it('every region hears of it from the store, also one that starts later', async () => {
  const east = await liveRegion();
  const europe = await liveRegion({ clock: east.clock, store: east.store });
  await drain(east, 'ocas/fjord-1-a');
  expect(await playOn(europe, 'not-heard-yet')).toContain('fjord-1-a');
  east.clock.advance(2100);
  await europe.call('GET', '/v1/health');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await playOn(europe, 'has-heard-of-it')).not.toContain('fjord-1-a');
  const later = await liveRegion({ clock: east.clock, store: east.store });
  expect(await playOn(later, 'from-the-start')).not.toContain('fjord-1-a');
});

it('is for operators, for OCAs and sites of this fleet, and only with the store', async () => {
  let isDown = false;
  const region = await liveRegion();
  const { store } = region;
  const put = store.putDrain.bind(store);
  store.putDrain = async (given) => (isDown ? Promise.reject(new Error('connection refused')) : put(given));
  expectError(await region.call('PUT', '/v1/ocas/fjord-1-a/drain', { token: 'account-a', body: {} }), 'auth/forbidden');
  expectError(await region.call('DELETE', '/v1/sites/fjord-1/drain'), 'auth/missing');
  expectError(await drain(region, 'ocas/nobody-1'), 'fleet/unknown-oca');
  expectError(await drain(region, 'sites/nowhere-1'), 'request/invalid');
  expectError(await drain(region, 'ocas/fjord-1-a', { reason: '' }), 'request/invalid');
  isDown = true;
  expectError(await drain(region, 'ocas/fjord-1-a'), 'store/unavailable');
  expect(await playOn(region, 'nothing-changed')).toContain('fjord-1-a');
});

async function decisionsOfPlay(region: TestRegion) {
  const { body } = await region.play();
  return (await region.call('GET', `/v1/steering/decisions/${body.playId}`, OPERATOR)).body;
}
