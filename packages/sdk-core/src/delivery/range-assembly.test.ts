import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asSegment } from '../testing/sample-segment.ts';
import { RangeAssembly } from './range-assembly.ts';
import { SegmentGate } from './segment-gate.ts';

const FILE = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);

function assemble(bytes: Uint8Array = FILE, gate?: SegmentGate) {
  const delivered: { bytes: Uint8Array; source: string }[] = [];
  const assembly = new RangeAssembly<string>(
    { startByte: 0, endByte: bytes.length },
    (chunk, source) => delivered.push({ bytes: chunk, source }),
    gate,
  );
  return { assembly, all: () => Buffer.concat(delivered.map((part) => part.bytes)), delivered };
}

describe('a range put together from two halves', () => {
  it('reaches the engine in order, whichever half comes first, in whatever pieces', () => {
    const half = (from: number, to: number): fc.Arbitrary<Uint8Array[]> =>
      fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 }).map((sizes) => {
        const pieces: Uint8Array[] = [];
        let at = from;
        for (const size of [...sizes, to - from]) {
          if (at < to) pieces.push(FILE.subarray(at, Math.min(to, at + size)));
          at = Math.min(to, at + size);
        }
        return pieces;
      });
    const meeting = fc.integer({ min: 1, max: 999 }).chain((meet) =>
      fc.record({
        meet: fc.constant(meet),
        first: half(0, meet),
        second: half(meet, 1000),
        order: fc.array(fc.boolean()),
      }),
    );
    fc.assert(
      fc.property(meeting, ({ meet, first, second, order }) => {
        const { assembly, all } = assemble();
        assembly.openTail(meet, 'b');
        const [head, tail] = [[...first], [...second]];
        for (const isHead of [...order, ...first.map(() => true)]) {
          const piece = (isHead ? head : tail).shift();
          if (piece && isHead) assembly.receive(piece, 'a');
          else if (piece) assembly.hold(piece);
          expect(Buffer.compare(all(), FILE.subarray(0, assembly.nextByte))).toBe(0);
        }
        expect(assembly.nextByte).toBe(assembly.gapEndByte);
        assembly.joinTail();
        for (const piece of tail) assembly.receive(piece, 'b');
        expect(assembly.isComplete).toBe(true);
        expect(Buffer.compare(all(), FILE)).toBe(0);
      }),
    );
  });

  it('reaches to the end again where the tail is dropped', () => {
    const { assembly } = assemble();
    assembly.openTail(600, 'b');
    assembly.hold(FILE.subarray(600, 700));
    expect([assembly.hasTail, assembly.gapEndByte]).toEqual([true, 600]);
    assembly.dropTail();
    expect([assembly.hasTail, assembly.gapEndByte, assembly.joinTail()]).toEqual([false, 1000, undefined]);
  });
});

describe('a range of two fragments', () => {
  const whole = new Uint8Array([...asSegment(FILE), ...asSegment(FILE)]);
  const damaged = whole.slice();
  damaged[1000 + Buffer.from(whole.subarray(1000)).indexOf('trun') + 8] = 0xff;

  it('says which half is damaged, and is open for the same bytes from elsewhere', () => {
    const { assembly, all } = assemble(whole, new SegmentGate(whole.length));
    assembly.openTail(500, 'b');
    assembly.hold(damaged.subarray(500));
    expect(assembly.receive(whole.subarray(0, 500), 'a')).toBeUndefined();
    expect(assembly.joinTail()).toContain('samples');
    assembly.leave();
    expect(assembly.nextByte).toBe(1000);
    expect(assembly.receive(whole.subarray(1000), 'c')).toBeUndefined();
    expect(Buffer.compare(all(), whole)).toBe(0);
  });

  it('whose halves meet inside of a fragment is whole all the same, each byte from one of them', () => {
    const { assembly, all, delivered } = assemble(whole, new SegmentGate(whole.length));
    assembly.openTail(1020, 'b');
    assembly.hold(whole.subarray(1020));
    assembly.receive(whole.subarray(0, 1020), 'a');
    expect(assembly.nextByte).toBe(1000);
    assembly.openGate('a');
    assembly.leave();
    expect(assembly.nextByte).toBe(1020);
    assembly.joinTail();
    expect(Buffer.compare(all(), whole)).toBe(0);
    const fromFirst = delivered
      .filter(({ source }) => source === 'a')
      .reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(fromFirst).toBe(1020);
  });
});
