import { expect, it } from 'vitest';
import { expectError } from '../testing/expect-error.ts';
import { failingStore } from '../testing/failing-store.ts';
import { config, liveRegion, type TestRegion, testClock, testRegion } from '../testing/test-region.ts';
import { testShelf } from '../testing/test-shelf.ts';
import type { AccessClaims } from './account.ts';
import { LONGEST_TOKEN_MS } from './revocation.ts';

const OPERATOR = { token: config.operatorToken };
const VIEWER = { token: 'viewer-token' };
const DAY_MS = 24 * 3600 * 1000;

/** A token is what it says. */
const tokenOf = (claims: AccessClaims): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
const accessTokens = { verify: async (token: string) => JSON.parse(Buffer.from(token, 'base64url').toString()) };

const regionWith = (options: Parameters<typeof liveRegion>[0] = {}) =>
  liveRegion({ config: { ...config, viewerToken: VIEWER.token }, accessTokens, ...options });
const revoke = (region: TestRegion, body: unknown) => region.call('POST', '/v1/revocations', { ...OPERATOR, body });
const titles = (region: TestRegion, claims: AccessClaims) =>
  region.call('GET', '/v1/titles', { token: tokenOf(claims) });
let keys = 0;
const play = (region: TestRegion, claims: AccessClaims, changes: object = {}) =>
  region.play({ idempotencyKey: `play-${++keys}`.padEnd(8, '.'), ...changes }, { token: tokenOf(claims) });
const beat = async (region: TestRegion) => {
  await region.call('GET', '/v1/health');
  await new Promise((resolve) => setImmediate(resolve));
};

it('a token that is called back opens nothing from then on, and other tokens of the account all they did', async () => {
  const region = await regionWith();
  const lost = { accountId: 'a', tokenId: 'lost', issuedAtMs: region.clock.wallMs() };
  const kept = { ...lost, tokenId: 'kept' };
  const running = await play(region, lost);
  expect(running.status).toBe(200);
  const answer = await revoke(region, { kind: 'token', id: 'lost', reason: 'lost with a telephone' });
  expect(answer.body).toMatchObject({ kind: 'token', id: 'lost', reason: 'lost with a telephone' });
  expectError(await play(region, lost), 'auth/revoked');
  expectError(await titles(region, lost), 'auth/revoked');
  const path = `/v1/plays/${running.body.playId}`;
  expectError(await region.call('POST', `${path}/renew`, { token: tokenOf(lost) }), 'auth/revoked');
  expectError(await region.call('POST', `${path}/end`, { token: tokenOf(lost) }), 'auth/revoked');
  expect((await play(region, kept)).status).toBe(200);
  // The viewer went on with a token of his own.
  expect((await region.call('POST', `${path}/renew`, { token: tokenOf(kept) })).status).toBe(200);
});

it('all tokens of an account that were issued before a moment are called back, and none of those after', async () => {
  const region = await regionWith();
  const nowMs = region.clock.wallMs();
  const [old, other] = [
    { accountId: 'a', issuedAtMs: nowMs - 1 },
    { accountId: 'b', issuedAtMs: nowMs - 1 },
  ];
  expect((await revoke(region, { kind: 'account', id: 'a' })).body).toMatchObject({ issuedBeforeMs: nowMs });
  expectError(await titles(region, old), 'auth/revoked');
  // May be an old one.
  expectError(await titles(region, { accountId: 'a' }), 'auth/revoked');
  expect((await titles(region, { accountId: 'a', issuedAtMs: nowMs })).status).toBe(200);
  expect((await titles(region, other)).status).toBe(200);
  // An earlier moment takes nothing back.
  await revoke(region, { kind: 'account', id: 'a', issuedBeforeMs: nowMs - DAY_MS });
  expectError(await titles(region, old), 'auth/revoked');
});

it('every region hears of it within the interval, also one that starts later', async () => {
  const east = await regionWith();
  const shared = { clock: east.clock, store: east.store };
  const europe = await regionWith(shared);
  const stolen = { accountId: 'a', tokenId: 'stolen', issuedAtMs: 1 };
  await revoke(east, { kind: 'token', id: 'stolen' });
  await revoke(east, { kind: 'account', id: 'b' });
  expect((await titles(europe, stolen)).status).toBe(200);
  east.clock.advance(2000);
  await beat(europe);
  for (const region of [europe, await regionWith(shared)]) {
    expectError(await titles(region, stolen), 'auth/revoked');
    expectError(await titles(region, { accountId: 'b', issuedAtMs: 1 }), 'auth/revoked');
  }
});

it('a play that began before in a stock player ends with its next steering; one of a new token goes on', async () => {
  const region = await regionWith();
  const manifestOf = async (claims: AccessClaims): Promise<string> =>
    (await play(region, claims, { manifests: true })).body.manifests.dash;
  const before = await manifestOf({ accountId: 'a', issuedAtMs: region.clock.wallMs() });
  region.clock.advance(1000);
  await revoke(region, { kind: 'account', id: 'a' });
  expectError(await region.call('GET', before), 'play/ended');
  const steering = before.replace('main.mpd', 'steering/dash?of=core-1-a&until=6b49d200');
  expect((await region.call('GET', steering)).status).toBe(410);
  const after = await manifestOf({ accountId: 'a', issuedAtMs: region.clock.wallMs() });
  expect((await region.call('GET', after)).status).toBe(200);
});

it('is for operators, shown to viewers, and says what it takes', async () => {
  const region = await regionWith();
  const body = { kind: 'token', id: 'x' };
  expectError(await region.call('POST', '/v1/revocations', { ...VIEWER, body }), 'auth/forbidden');
  expectError(await region.call('POST', '/v1/revocations', { body }), 'auth/missing');
  expectError(await region.call('GET', '/v1/revocations', { token: 'account-a' }), 'auth/forbidden');
  const nowMs = region.clock.wallMs();
  for (const wrong of [
    {},
    { kind: 'token' },
    { kind: 'token', id: '' },
    { kind: 'token', id: 'x', issuedBeforeMs: nowMs },
    { kind: 'token', id: 'x', expiresAtMs: nowMs - 1 },
    { kind: 'account', id: 'a', issuedBeforeMs: nowMs + DAY_MS },
    { kind: 'account', id: 'a', issuedBeforeMs: 0 },
  ])
    expectError(await revoke(region, wrong), 'request/invalid');
  expect((await region.call('GET', '/v1/revocations', VIEWER)).body).toEqual({ count: 0, revocations: [] });
  await revoke(region, body);
  region.clock.advance(1);
  await revoke(region, { kind: 'account', id: 'a', reason: 'closed' });
  const { body: list } = await region.call('GET', '/v1/revocations', VIEWER);
  expect(list.count).toBe(2);
  expect(list.revocations.map(({ id }: { id: string }) => id)).toEqual(['a', 'x']);
});

it('is forgotten when no such token can live any more', async () => {
  const region = await regionWith();
  const nowMs = region.clock.wallMs();
  await revoke(region, { kind: 'token', id: 'short', expiresAtMs: nowMs + DAY_MS });
  await revoke(region, { kind: 'token', id: 'unknown' });
  await revoke(region, { kind: 'account', id: 'a' });
  const known = async () => {
    region.clock.advance(3_600_000);
    await beat(region);
    const { body } = await region.call('GET', '/v1/revocations', OPERATOR);
    return body.revocations.map(({ id }: { id: string }) => id).sort();
  };
  expect(await known()).toEqual(['a', 'short', 'unknown']);
  region.clock.advance(DAY_MS);
  expect(await known()).toEqual(['a', 'unknown']);
  region.clock.advance(LONGEST_TOKEN_MS - 2 * DAY_MS);
  expect(await known()).toEqual(['a', 'unknown']);
  region.clock.advance(DAY_MS);
  expect(await known()).toEqual([]);
});

it('without the store nothing is called back, and what was stays so, also over a restart', async () => {
  let isDown = false;
  const clock = testClock();
  const shelf = testShelf();
  const region = await regionWith({ clock, snapshots: shelf });
  const store = failingStore(region.store, () => isDown);
  const lost = { accountId: 'a', tokenId: 'lost', issuedAtMs: clock.wallMs() };
  const other = { ...lost, tokenId: 'other' };
  const east = await regionWith({ clock, store, snapshots: shelf });
  await revoke(east, { kind: 'token', id: 'lost' });
  clock.advance(2000);
  await beat(east);
  isDown = true;
  expectError(await revoke(east, { kind: 'token', id: 'other' }), 'store/unavailable');
  expect((await play(east, other)).status).toBe(200);
  const restarted = testRegion({ accessTokens, clock, store, snapshots: shelf });
  await restarted.backend.start();
  expectError(await titles(restarted, lost), 'auth/revoked');
  expect((await titles(restarted, other)).status).toBe(200);
});
