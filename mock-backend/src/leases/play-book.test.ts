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
