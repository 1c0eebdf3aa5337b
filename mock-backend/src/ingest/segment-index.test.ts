import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratesOf } from './describe-rendition.ts';
import { readSegmentIndex } from './segment-index.ts';
import { box, headOf, sidxOf } from './testing/mp4-head.ts';

describe('the segment index', () => {
  it('is the same from a sidx of either version, with bytes between it and the first segment', () => {
    const references = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 2 ** 31 - 1 }), ticks: fc.integer({ min: 1, max: 2 ** 31 }) }),
      {
        minLength: 1,
        maxLength: 50,
      },
    );
    fc.assert(
      fc.property(
        references,
        fc.constantFrom(0, 1),
        fc.nat(5000),
        fc.constantFrom(1000, 12_800, 30_000, 90_000),
        (refs, version, firstOffset, timescale) => {
          const sidx = sidxOf({ version, timescale, firstOffset, references: refs });
          const head = headOf(sidx);
          const { index, endByte } = readSegmentIndex(head);
          expect(index.sizes).toEqual(refs.map((reference) => reference.size));
          expect(index.offset0).toBe(head.length + firstOffset);
          expect(index.initEnd).toBe(head.length - sidx.length);
          expect(endByte).toBe(index.offset0 + refs.reduce((sum, reference) => sum + reference.size, 0));
          for (const [i, ms] of index.durationsMs.entries())
            expect(ms).toBeCloseTo((refs[i]!.ticks * 1000) / timescale, 2);
        },
      ),
    );
  });

  it('carries the init segment and the codec', () => {
    const sidx = sidxOf({ version: 1, timescale: 1000, firstOffset: 0, references: [{ size: 10, ticks: 2000 }] });
    const head = headOf(sidx);
    const { index, codec } = readSegmentIndex(head);
    expect(Buffer.from(index.initBase64, 'base64')).toEqual(Buffer.from(head.subarray(0, index.initEnd)));
    expect(codec).toBe('avc1.64001e');
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('this is no MP4 file at all')],
    ['a file without sidx', headOf(new Uint8Array())],
    ['an empty index', headOf(sidxOf({ version: 1, timescale: 1000, firstOffset: 0, references: [] }))],
    [
      'an index of indexes',
      headOf(
        sidxOf({ version: 1, timescale: 1000, firstOffset: 0, references: [{ size: 9, ticks: 9, toIndex: true }] }),
      ),
    ],
    [
      'a late start',
      headOf(
        sidxOf({ version: 1, timescale: 1000, firstOffset: 0, startTicks: 80, references: [{ size: 9, ticks: 9 }] }),
      ),
    ],
    ['a box of no size', Uint8Array.of(0, 0, 0, 3, ...box('ftyp', new Uint8Array()).subarray(4))],
  ])('refuses %s', (_what, bytes) => {
    expect(() => readSegmentIndex(bytes)).toThrow(expect.objectContaining({ code: 'ingest/bad-output' }));
  });

  it('refuses an index that is cut off anywhere', () => {
    const head = headOf(
      sidxOf({ version: 1, timescale: 1000, firstOffset: 0, references: [{ size: 10, ticks: 2000 }] }),
    );
    fc.assert(
      fc.property(fc.nat(head.length - 1), (length) => {
        expect(() => readSegmentIndex(head.subarray(0, length))).toThrow(
          expect.objectContaining({ code: 'ingest/bad-output' }),
        );
      }),
    );
  });
});

describe('the rates', () => {
  it('do not take a last segment of one frame for the peak', () => {
    expect(ratesOf({ sizes: [1000, 1000, 500], durationsMs: [2000, 2000, 40] }).peakBps).toBe(4950);
    expect(ratesOf({ sizes: [1000, 3000], durationsMs: [2000, 2000] })).toEqual({ averageBps: 8000, peakBps: 12_000 });
  });
});
