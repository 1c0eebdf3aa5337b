import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';
import { decideClaims, holdsStream } from './decide-claims.ts';
import { PlayBook } from './play-book.ts';
import type { PlayClaim } from './play-claim.ts';

const DEVICE = { videoCodecs: ['avc1'], audioCodecs: [] };
const MAX_STREAMS = 2;
const LEASE_MS = 100;

const claimOf = (player: number, play: number, occasion: PlayClaim['occasion'], nowMs: number): PlayClaim => ({
  play: {
    playId: `${player}-${play}`,
    accountId: 'a',
    idempotencyKey: `${player}-${play}`,
    titleId: 'film',
    device: DEVICE,
    createdAtMs: nowMs,
    playerId: `player-${player}`,
  },
  occasion,
  leaseEndsAtMs: nowMs + LEASE_MS,
  maxStreams: MAX_STREAMS,
});

/** What viewers of one account do, in any order. */
const step = fc.record({
  player: fc.integer({ min: 0, max: 3 }),
  play: fc.integer({ min: 0, max: 2 }),
  does: fc.constantFrom('start', 'renewal', 'prefetch', 'beat', 'end'),
  afterMs: fc.integer({ min: 0, max: 60 }),
});

describe('streams', () => {
  it('are never more than the plan allows, and one a player, whatever viewers do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = new PlayBook();
        const seen = new Set<string>();
        let nowMs = 1000;
        for (const { player, play, does, afterMs } of steps) {
          nowMs += afterMs;
          const playId = `${player}-${play}`;
          seen.add(playId);
          if (does === 'beat') book.beat([{ playId, leaseEndsAtMs: nowMs + LEASE_MS }], nowMs);
          else if (does === 'end') book.end([playId], nowMs);
          else book.claim([claimOf(player, play, does, nowMs)], nowMs, 0);
          const holders = [...seen].flatMap((id) => {
            const found = book.find(id);
            return found && holdsStream(found, nowMs) ? [found] : [];
          });
          expect(holders.length).toBeLessThanOrEqual(MAX_STREAMS);
        }
      }),
    );
  });

  it('are decided the same one by one and in one batch', () => {
    const steps = fc.array(fc.record({ player: fc.nat(3), play: fc.nat(2), prefetch: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (wishes) => {
        const claims = wishes.map(({ player, play, prefetch }) =>
          claimOf(player, play, prefetch ? 'prefetch' : 'start', 1000),
        );
        const book = new PlayBook();
        const single = claims.flatMap((claim) => book.claim([claim], 1000, 0));
        expect(decideClaims(claims, [], 1000, 0).outcomes).toEqual(single);
      }),
    );
  });
});

describe('the memory of plays', () => {
  it('is bounded, and keeps whom it heard of last', () => {
    const book = new PlayBook(3);
    for (const play of [0, 1, 2]) book.claim([claimOf(play, play, 'restore', 0)], 0, 0);
    book.beat([{ playId: '0-0', leaseEndsAtMs: 50 }], 0);
    book.claim([claimOf(3, 3, 'restore', 0)], 0, 0);
    expect(['0-0', '1-1', '2-2', '3-3'].map((playId) => book.find(playId) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});

describe('a batch', () => {
  it('gathers what comes while the one before it is on its way', async () => {
    const sent: number[][] = [];
    const batcher = new Batcher(async (items: readonly number[]) => {
      sent.push([...items]);
      await new Promise((resolve) => setImmediate(resolve));
      return items.map((item) => item * 2);
    });
    const first = [batcher.add(1), batcher.add(2)];
    await Promise.resolve();
    const later = Array.from({ length: 250 }, (_, i) => batcher.add(i));
    expect(await Promise.all(first)).toEqual([2, 4]);
    expect(await Promise.all(later)).toEqual(Array.from({ length: 250 }, (_, i) => i * 2));
    expect(sent.map(({ length }) => length)).toEqual([2, 200, 50]);
  });

  it('waits for what else has come in, where it is told when that was read', async () => {
    const sent: number[][] = [];
    const send = async (items: readonly number[]) => {
      sent.push([...items]);
      return items;
    };
    let read = (): void => undefined;
    const batcher = new Batcher(send, () => new Promise((resolve) => (read = resolve)));
    const first = batcher.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    const second = batcher.add(2);
    expect(sent).toEqual([]);
    read();
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(sent).toEqual([[1, 2]]);
  });

  it('that fails fails for its own members alone', async () => {
    const batcher = new Batcher(async (items: readonly string[]) => {
      if (items.includes('bad')) throw new Error('no');
      return items;
    });
    const bad = batcher.add('bad');
    await expect(bad).rejects.toThrow('no');
    expect(await batcher.add('good')).toBe('good');
  });
});
