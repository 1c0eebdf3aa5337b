/** Prefixes of one family, packed: `wordCount` words each, the bits after the length cleared. */
export interface PackedPrefixes {
  readonly wordCount: 1 | 4;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint8Array<ArrayBuffer>;
}

/**
 * Longest match over one family. A prefix has a number: its place among the different prefixes, sorted by network and
 * length. The bits of an address lead through fans, as a Poptrie does (Asai and Ohara, 2015): a fan tells some bits of a
 * word apart, a slot for each value of them, 64 slots in one block. What a lookup costs are the cache lines it waits for,
 * so a block is one, and an address needs one block in most cases: of IPv4 the first fan tells a /24, of IPv6 a block has
 * what is left of its prefixes in the second word, too.
 *
 * A value is the number of a prefix, -1 for none, or names a node, where several prefixes begin behind a slot: the fan
 * of the bits that follow or, for few of them, a list of their ranges in what is left of the word.
 *
 * Typed arrays only: a table is seen by two threads as it is. Signed ones: the fewer instructions, the more lookups the
 * processor has under way while it waits for memory.
 */
export interface PrefixIndex {
  /** Of each prefix, by its number. */
  readonly lengths: Uint8Array;
  /** The next shorter prefix that holds the same addresses, or -1. */
  readonly parents: Int32Array;
  /**
   * Of each prefix its second word and the mask of that: where a single prefix goes on behind a first word, a value names
   * it, and an address with another second word is its parent's. Empty where an address has one word.
   */
  readonly tails: Int32Array;
  /** How many bits of an address are told first: of IPv4 by a fan whose blocks are the first, of IPv6 by `firsts`. */
  readonly firstBits: number;
  /** A value for each of those first bits. */
  readonly firsts: Int32Array;
  /**
   * Two words with a bit for each slot where another value begins than in the slot before; a head; the value from
   * outside; then for each begun value a byte: 0 for the one from outside, else how far it is beyond the head's number,
   * and one. In the first word of IPv6, instead: for each begun value four bits, 0 for the one from outside or the number
   * of an entry; for each entry a byte, how far it is beyond the head's number; for each entry a tail, or a node.
   * A block with values that do not fit has a negative head: they stand among `values`, from its number.
   */
  readonly blocks: Int32Array;
  /** Of blocks, as said; and lists: how many ranges, where each but the first begins, their values. */
  readonly values: Int32Array;
}

export const NO_PREFIX = -1;

export const SLOT_BITS = 6;
/** Words of a block, as a power of two; and what is where. */
export const BLOCK_SHIFT = 4;
export const [HEAD, OUTSIDE, BYTES] = [2, 3, 4] as const;
export const BYTE_COUNT = 48;
export const [FOURS, ENTRY_BYTES, ENTRY_TAILS] = [4, 6, 8] as const;
export const [FOUR_COUNT, ENTRY_COUNT] = [16, 8] as const;
/** The byte of an entry that is a node. */
export const NODE = 255;
/** The head: a number, and how many values begin in the first half of the block. */
export const NUMBER_MASK = 0x01ffffff;
export const HALF_SHIFT = 25;
export const HALF_MASK = 63;

/**
 * The tail of an entry: its second word, and in the lowest bits, which must not count then, how many do not count but
 * one. A prefix that ends in the first word has a tail of which nothing counts.
 */
export const TAIL_BITS = 31;
export const [NO_TAIL, LEAST_TAIL] = [31, 4] as const;
export const tailMask = (tail: number): number => -2 << (tail & TAIL_BITS);

/** A node: how many bits its fan tells apart, none for a list, and its first block or its place among the values. */
const FAN_BITS = 5;
export const nodeValue = (place: number, bits: number): number => -2 - ((place << FAN_BITS) | bits);
export const placeOf = (value: number): number => (-2 - value) >>> FAN_BITS;
export const bitsOf = (value: number): number => (-2 - value) & ((1 << FAN_BITS) - 1);

/** Starts of ranges in a list are compared as signed numbers. */
export const SIGN = -0x80000000;
