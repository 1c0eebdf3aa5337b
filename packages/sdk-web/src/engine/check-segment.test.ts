import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSegment } from './check-segment.ts';

const SAMPLE = fileURLToPath(new URL('../../../../mock-backend/sample-title', import.meta.url));
const title = JSON.parse(readFileSync(`${SAMPLE}/titles/test-card.json`, 'utf8')) as CatalogTitle;

/** The first segments of every rendition of the sample title. */
const segments = title.renditions.flatMap(({ renditionId, fileId, index }) => {
  const file = readFileSync(`${SAMPLE}/files/${fileId}`);
  let at = index.offset0;
  return index.sizes.slice(0, 8).map((size, number) => {
    const bytes = new Uint8Array(file.subarray(at, at + size));
    at += size;
    return { name: `${renditionId} ${number}`, bytes };
  });
});

describe('the check of a segment', () => {
  it('accepts every segment of the sample title', () => {
    expect(segments.length).toBeGreaterThan(30);
    for (const { name, bytes } of segments) expect(checkSegment(bytes), name).toEqual({ ok: true });
  });

  it('refuses a segment that is cut off, anywhere', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(checkSegment(bytes.subarray(0, length)).ok).toBe(false);
      }),
    );
  });

  it('refuses a run that names more samples than it holds: a parser would count to four billion', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const damaged = bytes.slice();
    const at = Buffer.from(damaged).indexOf('trun') + 8;
    damaged[at] = 0xff;
    expect(checkSegment(damaged)).toEqual({ ok: false, problem: 'a run of samples of another size than it says' });
  });

  it('refuses samples larger than the segment: a parser would look for their end in what is not there', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const damaged = bytes.slice();
    // Behind type, flags, count, data offset and first flags: the size of the first sample.
    const run = Buffer.from(damaged).indexOf('trun');
    expect(damaged.subarray(run + 4, run + 8)).toEqual(Uint8Array.of(1, 0, 0x0a, 5));
    damaged[run + 20] = 0x7f;
    expect(checkSegment(damaged)).toEqual({ ok: false, problem: 'samples larger than the segment' });
  });

  it('refuses what is no segment', () => {
    expect(checkSegment(new Uint8Array()).ok).toBe(false);
    expect(checkSegment(new TextEncoder().encode('{"error":{"code":"oca/fault"}}')).ok).toBe(false);
  });

  it('judges any bytes without throwing, and quickly', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void checkSegment(bytes)));
  });
});
