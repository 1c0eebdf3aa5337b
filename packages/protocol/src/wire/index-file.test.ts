import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentIndex } from '../messages.ts';
import { SegmentIndexFile } from '../schemas.ts';
import { checksumOf } from './checksum.ts';
import { cutIndexes, INLINE_INDEX_MS, wholeIndex } from './index-file.ts';

const indexes: fc.Arbitrary<SegmentIndex> = fc
  .record({
    segments: fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 9e6 }), ms: fc.integer({ min: 1, max: 9_000_000 }) }),
      { minLength: 1, maxLength: 120 },
    ),
    measured: fc.boolean(),
  })
  .map(({ segments, measured }) => ({
    initBase64: 'AAAA',
    initEnd: 3,
    offset0: 50,
    sizes: segments.map(({ size }) => size),
    durationsMs: segments.map(({ ms }) => ms / 1000),
    ...(measured && { quality: segments.map(({ size }) => size / 9e6) }),
  }));
const titles = fc
  .array(indexes, { minLength: 1, maxLength: 5 })
  .map((all) => all.map((index, at) => ({ renditionId: `r${at}`, index })));

describe('an index that is cut in two', () => {
  it('is the same again when it is put together, and its file is what the schema says', () => {
    fc.assert(
      fc.property(titles, (whole) => {
        const { renditions, file } = cutIndexes(whole);
        expect(SegmentIndexFile.parse(JSON.parse(JSON.stringify(file)))).toEqual(file);
        for (const [at, rendition] of renditions.entries()) {
          expect(wholeIndex(rendition, file)).toEqual(whole[at]?.index);
          const inlineMs = rendition.index.durationsMs.reduce((sum, ms) => sum + ms, 0);
          const lastMs = rendition.index.durationsMs.at(-1) ?? 0;
          const isAll = rendition.index.sizes.length === whole[at]?.index.sizes.length;
          expect(isAll || inlineMs >= INLINE_INDEX_MS).toBe(true);
          expect(inlineMs - lastMs).toBeLessThan(INLINE_INDEX_MS);
        }
      }),
    );
  });

  it('lists durations once for all renditions that share their borders', () => {
    const index = (sizes: number[]): SegmentIndex => ({
      ...{ initBase64: '', initEnd: 1, offset0: 1, sizes },
      durationsMs: sizes.map(() => 60_000),
    });
    const { file } = cutIndexes([
      { renditionId: 'v1', index: index([1, 2, 3]) },
      { renditionId: 'v2', index: index([4, 5, 6]) },
    ]);
    expect(file.durationsMs).toEqual([[60_000]]);
    expect(file.renditions.map(({ sizes, from }) => [from, sizes])).toEqual([
      [2, [3]],
      [2, [6]],
    ]);
  });

  it('does not go together with the file of another cut', () => {
    const rendition = {
      renditionId: 'v1',
      index: { initBase64: '', initEnd: 1, offset0: 1, sizes: [1, 2, 3], durationsMs: [6e4, 6e4, 6e4] },
    };
    const { renditions, file } = cutIndexes([rendition]);
    expect(wholeIndex(rendition, file)).toBeUndefined();
    expect(wholeIndex({ renditionId: 'v2', index: rendition.index }, file)).toBeUndefined();
    expect(wholeIndex(renditions[0] ?? rendition, { ...file, durationsMs: [] })).toBeUndefined();
  });
});

it('the checksum differs with any changed byte, and is that of the standard', () => {
  expect(checksumOf(new TextEncoder().encode('foobar'))).toBe(0xbf9cf968);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, change) => {
      const changed = Uint8Array.from(bytes);
      const place = at % bytes.length;
      changed[place] = (changed[place] ?? 0) ^ change;
      expect(checksumOf(changed)).not.toBe(checksumOf(bytes));
    }),
  );
});
