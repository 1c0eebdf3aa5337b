import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FileNumbers } from './content.ts';

const fileId = fc.integer({ min: 0, max: 99 }).map((at) => `file-${at}`);

it('lacks exactly the files that were not put in, in the order they are asked for', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fileId), fc.uniqueArray(fileId), fc.uniqueArray(fileId), (before, held, asked) => {
      const files = new FileNumbers();
      // Numbers that others took first scatter those of the files over the words.
      for (const one of before) files.numberOf(one);
      const content = files.contentOf(held);
      const missing = asked.flatMap((one, at) => (held.includes(one) ? [] : [at]));
      expect(content.lacks(files.listOf(asked))).toEqual(missing);
    }),
  );
});
