import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlayBook } from '../leases/play-book.ts';
import type { PlayClaim } from '../leases/play-claim.ts';
import type { Store } from '../store/store.ts';
import { DEVICE } from './test-region.ts';

const NOW_MS = 1_800_000_000_000;
const LEASE_MS = 300;

/** So few accounts, keys and players that most claims meet another; what is rare in life is not rarer here than one in five. */
const wish = fc.record({
  account: fc.nat(1),
  key: fc.nat(2),
  player: fc.option(fc.nat(1), { nil: undefined }),
  isOtherTitle: fc.nat(4).map((n) => n === 0),
  isOtherDevice: fc.nat(4).map((n) => n === 0),
  occasion: fc.constantFrom<PlayClaim['occasion']>(
    'start',
    'start',
    'start',
    'renewal',
    'renewal',
    'prefetch',
    'restore',
  ),
  maxStreams: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  leaseMs: fc.integer({ min: 1, max: LEASE_MS }),
});
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never;

const step = fc.record({
  does: fc.constantFrom('claim', 'claim', 'claim', 'claim', 'beat', 'end'),
  wishes: fc.array(wish, { minLength: 1, maxLength: 5 }),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 150 })),
  lifetimeMs: fc.constantFrom(150, 100_000, 100_000),
});

const playIdOf = (run: number, { account, key }: Wish): string => `${run}-${account}-${key}`.padStart(32, '0');

/** Names that text formats have to escape. */
const claimOf = (run: number, one: Wish, nowMs: number): PlayClaim => {
  const { account, key, player, isOtherTitle, isOtherDevice, occasion, maxStreams, leaseMs } = one;
  return {
    play: {
      playId: playIdOf(run, one),
      accountId: `{run "${run}", \\account ${account}\\}`,
      idempotencyKey: `key ${key},'"\\Æ"`,
      titleId: isOtherTitle ? 'NULL' : 'film',
      device: { ...DEVICE, name: isOtherDevice ? 'Bob\'s "TV" \\' : 'TV, {large}' },
      createdAtMs: nowMs,
      ...(player !== undefined && { playerId: `"player" ${player}` }),
    },
    occasion,
    leaseEndsAtMs: nowMs + leaseMs,
    ...(maxStreams !== undefined && { maxStreams }),
  };
};

/** A store may decide plain claims by itself, as long as nobody can tell. */
export function decisionConformance(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  it('gives every claim the outcome that the rule in memory gives it, and keeps the same plays', {
    timeout: 120_000,
  }, async () => {
    const stores = await open().then(async (store) => [store, await reopen(store)] as const);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        const run = ++runs;
        const book = new PlayBook();
        let nowMs = NOW_MS;
        const ids = new Set<string>();
        for (const [at, { does, wishes, afterMs, lifetimeMs }] of steps.entries()) {
          const store = stores[at % 2 === 0 ? 0 : 1];
          nowMs += afterMs;
          const playIds = [...new Set(wishes.map((one) => playIdOf(run, one)))];
          if (does === 'end') {
            book.end(playIds, nowMs);
            await store.endPlays(playIds, nowMs);
          } else if (does === 'beat') {
            const beats = playIds.map((playId) => ({ playId, leaseEndsAtMs: nowMs + LEASE_MS }));
            book.beat(beats, nowMs);
            await store.beatLeases(beats, nowMs);
          } else {
            const claims = wishes.map((one) => claimOf(run, one, nowMs));
            for (const playId of playIds) ids.add(playId);
            const outcomes = await store.claimPlays(claims, nowMs, nowMs - lifetimeMs);
            expect(outcomes).toEqual(book.claim(claims, nowMs, nowMs - lifetimeMs));
          }
        }
        for (const id of ids) expect(await stores[0].findPlay(id)).toEqual(book.find(id));
      }),
      { numRuns: 200 },
    );
  });
}
