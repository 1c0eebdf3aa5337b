import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlayBook } from './play-book.ts';
import type { StoredPlay } from './play-claim.ts';

const play = (number: number): StoredPlay => ({
  playId: `play-${number}`,
  accountId: `account-${number % 3}`,
  idempotencyKey: `key-${number}`,
  titleId: 'title',
  device: { videoCodecs: ['avc1'], audioCodecs: [] },
  createdAtMs: 0,
  leaseEndsAtMs: 0,
});

it('forgets the play that was not heard of for longest, however often others were heard of meanwhile', () => {
  const heard = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 80 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), heard, (maxPlays, numbers) => {
      const book = new PlayBook(maxPlays);
      let kept: number[] = [];
      for (const number of numbers) {
        book.keep(play(number));
        kept = [...kept.filter((other) => other !== number), number].slice(-maxPlays);
        for (let other = 0; other <= 12; other++)
          expect(book.find(`play-${other}`) !== undefined).toBe(kept.includes(other));
      }
    }),
  );
});

it('counts every stream it heard of, however many it heard of since anybody claimed one', () => {
  const heard = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(heard, { maxLength: 4 }), (maxPlays, rounds) => {
      const book = new PlayBook(maxPlays);
      for (const numbers of rounds) {
        for (const number of numbers) book.keep({ ...play(number), leaseEndsAtMs: 100 });
        const claim = { play: { ...play(0), idempotencyKey: 'new' }, occasion: 'start', leaseEndsAtMs: 100 } as const;
        const [outcome] = book.claim([{ ...claim, maxStreams: 0 }], 0, 0);
        const holders = outcome?.verdict === 'stream-limit' ? outcome.holders.map(({ playId }) => playId) : [];
        const known = Array.from({ length: 13 }, (_, number) => book.find(`play-${number}`));
        const expected = known.flatMap((one) => (one?.accountId === 'account-0' ? [one.playId] : []));
        expect([...holders].sort()).toEqual(expected.sort());
      }
    }),
  );
});
