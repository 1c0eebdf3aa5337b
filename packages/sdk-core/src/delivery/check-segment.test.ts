import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSegment } from './check-segment.ts';
import { SegmentGate } from './segment-gate.ts';

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

  it('refuses media data too small for the samples that are said to be in it', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const fragment = bytes.slice(0, Buffer.from(bytes).indexOf('mdat') + 4);
    const media = fragment.length - 8;
    const cut = new Uint8Array([...fragment, ...new Uint8Array(100)]);
    new DataView(cut.buffer).setUint32(media, 108);
    expect(checkSegment(cut).ok).toBe(false);
  });

  it('refuses a large size that would reach beyond the segment, in either form', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const media = Buffer.from(bytes).indexOf('mdat') - 4;
    for (const size of [0, 7, 0x7fffffff]) {
      const damaged = bytes.slice();
      new DataView(damaged.buffer).setUint32(media, size);
      expect(checkSegment(damaged).ok, `${size}`).toBe(false);
    }
    const large = new Uint8Array(bytes.length + 8);
    large.set(bytes.subarray(0, media + 8));
    large.set(bytes.subarray(media + 8), media + 16);
    const view = new DataView(large.buffer);
    view.setUint32(media, 1);
    view.setUint32(media + 8, 0);
    view.setUint32(media + 12, bytes.length - media + 8);
    expect(checkSegment(large)).toEqual({ ok: true });
    view.setUint32(media + 8, 1);
    expect(checkSegment(large).ok).toBe(false);
  });

  it('refuses what is no segment', () => {
    expect(checkSegment(new Uint8Array()).ok).toBe(false);
    expect(checkSegment(new TextEncoder().encode('{"error":{"code":"oca/fault"}}')).ok).toBe(false);
  });

  it('lets the bytes of a good segment through whole, however they come', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 40 }), (sizes) => {
        const gate = new SegmentGate(bytes.length);
        const passed: Uint8Array[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length]) {
          const gated = gate.push(bytes.subarray(at, at + size));
          expect(gated.problem).toBeUndefined();
          passed.push(...gated.passed);
          at = Math.min(bytes.length, at + size);
        }
        expect(gate.isComplete).toBe(true);
        expect(Buffer.compare(Buffer.concat(passed), bytes)).toBe(0);
      }),
    );
  });

  it('lets nothing of a damaged fragment through, and takes the same one from elsewhere after that', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const fragmentStart = Buffer.from(bytes).indexOf('moof') - 4;
    const fragmentEnd = Buffer.from(bytes).indexOf('mdat') - 4;
    const damaged = bytes.slice();
    damaged[Buffer.from(damaged).indexOf('trun') + 8] = 0xff;
    const gate = new SegmentGate(bytes.length);
    const first = gate.push(damaged.subarray(0, fragmentEnd + 500));
    expect(first.problem).toBeDefined();
    expect(Buffer.concat(first.passed)).toHaveLength(fragmentStart);
    gate.dropHeld();
    const second = gate.push(bytes.subarray(fragmentStart));
    expect(second.problem).toBeUndefined();
    expect(Buffer.compare(Buffer.concat(second.passed), bytes.subarray(fragmentStart))).toBe(0);
    expect(gate.isComplete).toBe(true);
  });

  it('lets no fragment through that disagrees with the media data after it: nobody else could go on behind it', () => {
    const { bytes = new Uint8Array() } = segments[0] ?? {};
    const fragmentStart = Buffer.from(bytes).indexOf('moof') - 4;
    const damaged = bytes.slice();
    // The size of the first sample, a byte larger: the fragment alone looks whole.
    const sampleSizeAt = Buffer.from(damaged).indexOf('trun') + 20;
    const view = new DataView(damaged.buffer);
    view.setUint32(sampleSizeAt, view.getUint32(sampleSizeAt) + 1);
    for (const pieceBytes of [1, 7, 100, bytes.length]) {
      const gate = new SegmentGate(bytes.length);
      let passedBytes = 0;
      let problem: string | undefined;
      for (let at = 0; at < bytes.length && problem === undefined; at += pieceBytes) {
        const gated = gate.push(damaged.subarray(at, at + pieceBytes));
        passedBytes += Buffer.concat(gated.passed).length;
        problem = gated.problem;
      }
      expect({ passedBytes, problem }).toEqual({
        passedBytes: fragmentStart,
        problem: 'samples larger than their media data',
      });
    }
  });

  it('judges any bytes without throwing, and quickly', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void checkSegment(bytes)));
  });
});
