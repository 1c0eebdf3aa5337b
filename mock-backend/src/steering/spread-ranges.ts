import { NodeWriter } from './node-writer.ts';
import { NO_PREFIX, type PackedPrefixes, type PrefixIndex } from './prefix-index-shape.ts';
import { RangeSweep } from './range-sweep.ts';

/** Tests and small fleets build many small tables. */
const SMALL_UP_TO = 20_000;
const BITS_OF_SMALL = { 1: 12, 4: 8 } as const;
/** The shortest prefixes that everybody accepts; IPv6 has its own behind few first bits. */
const BITS_OF_LARGE = { 1: 24, 4: 16 } as const;

/** Turns different prefixes, sorted by network and length, into the fans and lists of an index. */
export function spreadRanges(
  prefixes: PackedPrefixes,
): Pick<PrefixIndex, 'firstBits' | 'firsts' | 'blocks' | 'values'> {
  const { lengths, wordCount } = prefixes;
  const bits = lengths.length > SMALL_UP_TO ? BITS_OF_LARGE : BITS_OF_SMALL;
  const firstBits = bits[wordCount];
  const writer = new NodeWriter(prefixes);
  const ranges = new RangeSweep(prefixes, writer).run(0, lengths.length, 0, NO_PREFIX);
  const firsts = writer.writeFirst(ranges, firstBits);
  return { firstBits, firsts, blocks: writer.blocks.written(), values: writer.values.written() };
}
