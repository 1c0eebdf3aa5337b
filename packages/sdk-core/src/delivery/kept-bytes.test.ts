import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptBytes, type KeptChunk } from './kept-bytes.ts';

const file = { fileId: 'f', etag: '"1"' };
const FILE = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
const chunk = (start: number, end: number, ocaId = 'a'): KeptChunk => ({ bytes: FILE.slice(start, end), ocaId });
const bytesOf = (chunks: readonly KeptChunk[]): number[] => chunks.flatMap(({ bytes }) => [...bytes]);

/** Keeps `[start, end)` of a range that is broken off. */
function breakOff(kept: KeptBytes, start: number, end: number, ocaId = 'a'): void {
  const keeping = kept.begin({ ...file, startByte: start }, 1000);
  keeping.push(chunk(start, end, ocaId));
  keeping.end(true);
}

describe('what a broken-off range received', () => {
  it('is there when it is wanted again, and once', () => {
    const kept = new KeptBytes();
    breakOff(kept, 100, 300);
    expect(bytesOf(kept.begin({ ...file, startByte: 100 }, 1000).before)).toEqual([...FILE.subarray(100, 300)]);
    expect(kept.begin({ ...file, startByte: 100 }, 1000).before).toEqual([]);
  });

  it('is cut to the range that is wanted now', () => {
    const kept = new KeptBytes();
    breakOff(kept, 100, 300);
    expect(bytesOf(kept.begin({ ...file, startByte: 150 }, 200).before)).toEqual([...FILE.subarray(150, 200)]);
  });

  it('grows with each time it is broken off', () => {
    const kept = new KeptBytes();
    breakOff(kept, 0, 100);
    const again = kept.begin({ ...file, startByte: 0 }, 1000);
    again.push(chunk(100, 250));
    again.end(true);
    expect(bytesOf(kept.begin({ ...file, startByte: 0 }, 1000).before)).toEqual([...FILE.subarray(0, 250)]);
  });

  it('is no use for another file, other bytes of it, or a start that it does not reach', () => {
    const kept = new KeptBytes();
    breakOff(kept, 100, 300);
    for (const subject of [
      { ...file, fileId: 'g', startByte: 100 },
      { ...file, etag: '"2"', startByte: 100 },
      { ...file, startByte: 99 },
      { ...file, startByte: 300 },
    ])
      expect(kept.begin(subject, 1000).before).toEqual([]);
  });

  it('is forgotten with the range that is complete, and with a server that is not trusted', () => {
    const kept = new KeptBytes();
    const whole = kept.begin({ ...file, startByte: 0 }, 100);
    whole.push(chunk(0, 100));
    whole.end(false);
    breakOff(kept, 200, 300, 'liar');
    kept.forget((ocaId) => ocaId !== 'liar');
    expect(kept.totalBytes).toBe(0);
  });

  it('does not hold on to the large memory that a small chunk was cut from', () => {
    const kept = new KeptBytes();
    const keeping = kept.begin({ ...file, startByte: 0 }, 1000);
    keeping.push({ bytes: FILE.subarray(0, 10), ocaId: 'a' });
    keeping.end(true);
    expect(kept.begin({ ...file, startByte: 0 }, 1000).before[0]?.bytes.buffer.byteLength).toBe(10);
  });
});

it('never holds more than its limit, whatever happens, and gives back nothing but the right bytes', () => {
  const step = fc.record({
    at: fc.nat(900),
    bytes: fc.integer({ min: 1, max: 100 }),
    isWanted: fc.boolean(),
    overlap: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 300 }), (steps, maxBytes) => {
      const kept = new KeptBytes(maxBytes);
      const running: (() => void)[] = [];
      for (const { at, bytes, isWanted, overlap } of steps) {
        const keeping = kept.begin({ ...file, startByte: at }, 1000);
        const before = bytesOf(keeping.before);
        expect(before).toEqual([...FILE.subarray(at, at + before.length)]);
        keeping.push(chunk(at + before.length, Math.min(1000, at + before.length + bytes)));
        running.push(() => keeping.end(isWanted));
        if (running.length > overlap) running.shift()?.();
        expect(kept.totalBytes).toBeLessThanOrEqual(maxBytes);
      }
      for (const end of running) end();
      kept.clear();
      expect(kept.totalBytes).toBe(0);
    }),
  );
});
