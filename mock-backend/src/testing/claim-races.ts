import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { holdsStream } from '../leases/decide-claims.ts';
import type { PlayClaim } from '../leases/play-claim.ts';
import type { Store } from '../store/store.ts';
import { DEVICE } from './test-region.ts';

const NOW_MS = 1_800_000_000_000;
const STREAMS = 2;
const ACCOUNTS = 5;

let count = 0;

const claimOf = (accountId: string): PlayClaim => {
  const id = String(++count);
  return {
    play: {
      playId: id.padStart(32, '0'),
      accountId,
      idempotencyKey: `key-${id}`,
      titleId: 'film',
      device: DEVICE,
      createdAtMs: NOW_MS,
      playerId: `player-${id}`,
    },
    occasion: 'start',
    leaseEndsAtMs: NOW_MS + 60_000,
    maxStreams: STREAMS,
  };
};

const shuffled = <T>(items: readonly T[]): T[] => {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
};

/**
 * Two regions and their races for the last stream, in every pair of ways: batches that go in one exchange, and batches with
 * two claims of an account, which are weighed.
 */
export function claimRaces(openTwo: () => Promise<readonly [Store, Store]>): void {
  it('gives away no stream twice and none too few, in whichever ways regions race', { timeout: 120_000 }, async () => {
    const stores = await openTwo();
    for (let round = 0; round < 40; round++) {
      const accounts = Array.from({ length: ACCOUNTS }, (_, at) => `account-${round}-${at}`);
      const plain = () => shuffled(accounts).map(claimOf);
      const weighed = () => shuffled([...accounts, ...accounts]).map(claimOf);
      const running = plain();
      if (round % 2 === 0) await stores[0].claimPlays(running, NOW_MS, 0);
      const renewals = running.map((claim) => ({ ...claim, occasion: 'renewal' as const }));
      const beats = running.map(({ play, leaseEndsAtMs }) => ({ playId: play.playId, leaseEndsAtMs }));
      const batches = shuffled([plain(), plain(), weighed(), plain(), weighed(), shuffled(renewals), plain()]);
      const outcomes = await Promise.all([
        ...batches.map((batch, at) => (at % 2 === 0 ? stores[0] : stores[1]).claimPlays(batch, NOW_MS, 0)),
        ...stores.map((store) => store.beatLeases(shuffled(beats), NOW_MS).then(() => [])),
      ]);
      const begun = outcomes.flat().filter((outcome) => outcome.verdict === 'granted');
      for (const accountId of accounts) {
        const ids = new Set(
          begun
            .map(({ play }) => play)
            .filter((play) => play.accountId === accountId)
            .map(({ playId }) => playId),
        );
        const kept = await Promise.all([...ids].map((id) => stores[1].findPlay(id)));
        expect(kept.filter((play) => play && holdsStream(play, NOW_MS))).toHaveLength(STREAMS);
        expect(ids.size).toBe(STREAMS);
      }
    }
  });

  it('lets the last play of a player go as it takes its stream, whoever is heard of or ended meanwhile', {
    timeout: 120_000,
  }, async () => {
    const stores = await openTwo();
    const accounts = Array.from({ length: 12 }, (_, at) => `switching-${at}`);
    let last = accounts.map(claimOf);
    await stores[0].claimPlays(last, NOW_MS, 0);
    for (let round = 0; round < 30; round++) {
      const next = last.map(({ play: { accountId, playerId } }) => {
        const claim = { ...claimOf(accountId), maxStreams: 1 };
        return { ...claim, play: { ...claim.play, ...(playerId !== undefined && { playerId }) } };
      });
      const ids = shuffled(last.map(({ play }) => play.playId));
      const beats = ids.map((playId) => ({ playId, leaseEndsAtMs: NOW_MS + 50_000 + round }));
      const [outcomes] = await Promise.all([
        stores[0].claimPlays(shuffled(next), NOW_MS, 0),
        stores[1].beatLeases(beats, NOW_MS),
        stores[1].endPlays(shuffled(ids).slice(0, 4), NOW_MS),
        stores[0].beatLeases(shuffled(beats), NOW_MS),
      ]);
      expect(outcomes.filter(({ verdict }) => verdict !== 'granted')).toEqual([]);
      const before = await Promise.all(ids.map((id) => stores[1].findPlay(id)));
      expect(before.filter((play) => play?.endedAtMs === undefined)).toEqual([]);
      last = next;
    }
  });
}
