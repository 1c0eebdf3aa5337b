import { expect, it } from 'vitest';
import { deriveKeys } from './process/keys.ts';
import { expectError } from './testing/expect-error.ts';
import { config, makeTitle, testClock, testRegion } from './testing/test-region.ts';

const secretOf = (name: string) => deriveKeys(`the ${name} secret of the fleet, long enough`);
const [last, now, next, foreign] = [secretOf('last'), secretOf('present'), secretOf('next'), secretOf('foreign')];

const ocaId = 'fjord-1-a';
const HEALTH = {
  ocaId,
  siteId: 'fjord-1',
  baseUrl: 'http://fjord-1-a',
  verdict: 'healthy',
  reason: 'test',
  capacityBps: 1e9,
  trafficBps: 0,
  connections: 0,
  servedBytes: 0,
  uptimeMs: 1,
};

/** In the middle of a rotation: the last secret goes in an hour, the next one is on its way in. */
function rotating() {
  const clock = testClock();
  const region = testRegion({
    clock,
    config: { ...config, ...now, acceptedTokens: [{ ...last, acceptUntilMs: clock.wallMs() + 3600_000 }, next] },
  });
  const ask = {
    operator: ({ operatorToken }: typeof now) =>
      region.call('PUT', '/v1/titles/film', { token: operatorToken, body: makeTitle('film') }),
    viewer: ({ viewerToken }: typeof now) => region.call('GET', '/v1/fleet', { token: viewerToken }),
    operatorReads: ({ operatorToken }: typeof now) => region.call('GET', '/v1/telemetry', { token: operatorToken }),
    ocaReports: ({ ocaTokenFor }: typeof now) =>
      region.call('PUT', `/v1/ocas/${ocaId}/health`, { token: ocaTokenFor(ocaId), body: HEALTH }),
    fill: ({ ocaTokenFor }: typeof now) =>
      region.call('GET', `/v1/ocas/${ocaId}/fill-manifest`, { token: ocaTokenFor(ocaId) }),
  };
  return { clock, region, doors: Object.entries(ask) };
}

it('while keys rotate the tokens of both secrets open every door', async () => {
  const { doors } = rotating();
  for (const [door, open] of doors)
    for (const secret of [last, now, next]) expect((await open(secret)).status, door).toBeLessThan(300);
});

it('those of the last secret open nothing once its time is over, and those of another secret never did', async () => {
  const { clock, doors } = rotating();
  for (const [, open] of doors) expectError(await open(foreign), 'auth/forbidden');
  clock.advance(3600_000);
  for (const [door, open] of doors) {
    expectError(await open(last), 'auth/forbidden');
    for (const secret of [now, next]) expect((await open(secret)).status, door).toBeLessThan(300);
  }
});

it('a viewer of an accepted secret changes nothing, and an OCA of it speaks for itself alone', async () => {
  const { region } = rotating();
  expectError(
    await region.call('PUT', '/v1/titles/film', { token: last.viewerToken, body: makeTitle('film') }),
    'auth/forbidden',
  );
  const stolen = { token: last.ocaTokenFor('core-1-a'), body: { ocaId: 'fjord-1-a', routes: [] } };
  expectError(await region.call('PUT', '/v1/ocas/fjord-1-a/routes', stolen), 'auth/forbidden');
});
