import { createHash } from 'node:crypto';
import { schemas } from '@pressplay/protocol';
import { checkSegment } from '@pressplay/sdk-core/engine';
import { describe, expect, it } from 'vitest';
import { synthesizeTitle } from './media.ts';

const { title, files } = synthesizeTitle({ titleId: 'noise-1', durationMs: 10_500 });

describe('a synthetic title', () => {
  it('is a catalog title by the contract', () => {
    expect(schemas.CatalogTitle.parse(title)).toEqual(title);
    expect(title.renditions.map((rendition) => rendition.kind)).toEqual([
      'video',
      'video',
      'video',
      'video',
      'video',
      'audio',
    ]);
  });

  it('has the hashes and sizes of its bytes', () => {
    for (const { fileId, sha256, sizeBytes } of title.renditions) {
      const bytes = files.get(fileId) ?? new Uint8Array();
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect(sha256.startsWith(fileId)).toBe(true);
    }
  });

  it('is a row of boxes whose segments lie where the index says', () => {
    for (const { fileId, index } of title.renditions) {
      const bytes = files.get(fileId) ?? new Uint8Array();
      const boxes = boxesOf(bytes);
      expect(boxes.slice(0, 3).map((box) => box.type)).toEqual(['ftyp', 'moov', 'sidx']);
      expect(boxes[2]?.start).toBe(index.initEnd);
      let segmentStart = index.offset0;
      const starts = index.sizes.map((size) => {
        segmentStart += size;
        return segmentStart - size;
      });
      expect(boxes.filter((box) => box.type === 'moof').map((box) => box.start)).toEqual(starts);
      expect(segmentStart).toBe(bytes.length);
      expect(index.durationsMs.reduce((sum, ms) => sum + ms, 0)).toBe(title.durationMs);
    }
  });

  it('has segments that players take for whole ones', () => {
    for (const { fileId, index } of title.renditions) {
      let at = index.offset0;
      for (const size of index.sizes) {
        expect(checkSegment(files.get(fileId)?.subarray(at, at + size) ?? new Uint8Array())).toEqual({ ok: true });
        at += size;
      }
    }
  });

  it('may have several fragments in a segment', () => {
    const { title, files } = synthesizeTitle({ titleId: 'noise-1', durationMs: 10_500, fragmentsPerSegment: 3 });
    for (const { fileId, index } of title.renditions) {
      const bytes = files.get(fileId) ?? new Uint8Array();
      expect(boxesOf(bytes).filter(({ type }) => type === 'moof')).toHaveLength(3 * index.sizes.length);
      const [first = 0] = index.sizes;
      expect(checkSegment(bytes.subarray(index.offset0, index.offset0 + first))).toEqual({ ok: true });
    }
  });

  it('comes out the same again, and differs by seed', () => {
    expect(synthesizeTitle({ titleId: 'noise-1', durationMs: 10_500 }).title).toEqual(title);
    expect(synthesizeTitle({ titleId: 'noise-1', durationMs: 10_500, seed: 2 }).title).not.toEqual(title);
  });
});

function boxesOf(bytes: Uint8Array): { type: string; start: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: { type: string; start: number }[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
    boxes.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), start: at });
  }
  return boxes;
}
