import { schemas } from '@pressplay/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { StoreClock } from '../store/store-clock.ts';
import { expectError } from '../testing/expect-error.ts';
import { failingStore } from '../testing/failing-store.ts';
import { config, DEVICE, liveRegion, OCAS, type TestRegion, testClock } from '../testing/test-region.ts';
import type { PlayClaim } from './play-claim.ts';
import { SharedPlays } from './shared-plays.ts';

const HOUR_MS = 3_600_000;

const accessTokens = {
  verify: async (token: string) => {
    const [accountId = '', planId] = token.split(':');
    return { accountId, ...(planId && { planId }) };
  },
};

/** Two regions over one store. The wall clock of the first is wrong. */
async function regionsWith(skewMs: number) {
  const clock = testClock();
  const store = new MemoryStore(clock);
  const wrongClock = { ...clock, wallMs: () => clock.wallMs() + skewMs };
  const wrong = await liveRegion({ clock: wrongClock, store, accessTokens });
  const right = await liveRegion({ clock, store, accessTokens, config: { ...config, regionId: 'eu-west-1' } });
  const pass = async (hours: number): Promise<void> => {
    clock.advance(hours * HOUR_MS);
    for (const region of [wrong, right]) for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, {});
  };
  return { wrong, right, store, clock, pass };
}

const renew = (region: TestRegion, playId: string) =>
  region.call('POST', `/v1/plays/${playId}/renew`, { token: 'account-a' });

describe.each([-29, -1, 1, 29])('a play of a region whose wall clock is wrong by %i hours', (hours) => {
  it('lives as long as any other, in every region', async () => {
    const { wrong, right, pass } = await regionsWith(hours * HOUR_MS);
    const { playId } = schemas.PlayResponse.parse((await wrong.play()).body);
    const other = schemas.PlayResponse.parse((await right.play({ idempotencyKey: 'key-00000002' })).body);
    for (const region of [wrong, right])
      for (const id of [playId, other.playId]) expect((await renew(region, id)).status).toBe(200);
    await pass(23.9);
    for (const region of [right, wrong])
      for (const id of [playId, other.playId]) expect((await renew(region, id)).status).toBe(200);
    await pass(0.2);
    for (const region of [right, wrong])
      for (const id of [playId, other.playId]) expectError(await renew(region, id), 'play/unknown');
  });

  it('holds its stream as long as any other', async () => {
    const { wrong, right, clock } = await regionsWith(hours * HOUR_MS);
    const basic = { token: 'a:basic' };
    const LEASE_MS = 450_000;
    for (const [first, second, key] of [
      [wrong, right, 'key-0000001'],
      [right, wrong, 'key-0000002'],
    ] as const) {
      expect((await first.play({ idempotencyKey: `${key}0` }, basic)).status).toBe(200);
      clock.advance(LEASE_MS - 1000);
      const refused = await second.play({ idempotencyKey: `${key}1` }, basic);
      expect(expectError(refused, 'account/stream-limit')).toMatchObject({ nextFreeInMs: 1000 });
      clock.advance(1000);
      for (const region of [first, second]) for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, {});
      const { body } = await second.play({ idempotencyKey: `${key}2` }, basic);
      await second.call('POST', `/v1/plays/${body.playId}/end`, basic);
    }
  });

  it('is forgotten by the store a day after it began', async () => {
    const { wrong, store, pass } = await regionsWith(hours * HOUR_MS);
    const { playId } = schemas.PlayResponse.parse((await wrong.play()).body);
    await pass(23.9);
    expect(await store.forgetPlays(24 * HOUR_MS)).toBe(0);
    await pass(0.2);
    expect(await store.forgetPlays(24 * HOUR_MS)).toBe(1);
    expect(await store.findPlay(playId)).toBeUndefined();
  });
});

it('that was granted before the store ever answered is as old as it is, once the store does', async () => {
  const clock = testClock();
  const store = new MemoryStore(clock);
  let isDown = true;
  const failing = failingStore(store, () => isDown);
  const own = { ...clock, wallMs: () => clock.wallMs() + 29 * HOUR_MS };
  const storeClock = new StoreClock(failing, own, (byMs) => plays.move(byMs));
  const plays: SharedPlays = new SharedPlays(failing, storeClock, () => {});
  const claimOf = (id: number): PlayClaim => ({
    play: {
      playId: `${id}`.padStart(32, '0'),
      accountId: 'a',
      idempotencyKey: `${id}`,
      titleId: 'film',
      device: DEVICE,
      createdAtMs: storeClock.wallMs(),
    },
    occasion: 'start',
    leaseEndsAtMs: storeClock.wallMs() + 450_000,
  });
  const early = claimOf(1);
  expect(await plays.claim(early)).toMatchObject({ verdict: 'granted' });
  clock.advance(5000);
  isDown = false;
  await storeClock.read();
  await plays.claim(claimOf(2));
  const startedAtMs = clock.wallMs() - 5000;
  const known = { createdAtMs: startedAtMs, leaseEndsAtMs: startedAtMs + 450_000 };
  expect(await store.findPlay(early.play.playId)).toMatchObject(known);
  expect(plays.recall(early.play.playId)).toMatchObject(known);
});
