/** Prefixes of one family, packed: `wordCount` words each, the bits after the length cleared. */
export interface PackedPrefixes {
  readonly wordCount: 1 | 4;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint8Array<ArrayBuffer>;
}

/**
 * Longest match over one family. A prefix has a number: its place among the different prefixes, sorted by network and
 * length. The upper bits of an address' first word lead to a row of slots for its lower bits, as fine as the prefixes
 * there need (DIR-24-8, with rows of their own width); a slot names a prefix or, where others begin behind it, a node:
 * the sorted ranges of one word. Typed arrays only: a table moves between threads unpacked. Signed ones: the fewer
 * instructions, the more lookups the processor has under way while it waits for memory.
 */
export interface PrefixIndex {
  /** Of each prefix, by its number. */
  readonly lengths: Uint8Array<ArrayBuffer>;
  /** The next shorter prefix that holds the same addresses, or -1. */
  readonly parents: Int32Array<ArrayBuffer>;
  /**
   * Of each prefix its second word and the mask of that: where a single prefix goes on behind a first word, a slot names
   * it, and an address with another second word is its parent's. Empty where an address has one word.
   */
  readonly tails: Int32Array<ArrayBuffer>;
  /** By the upper bits of the first word: where its row begins, times 32, and how far the lower bits are shifted. */
  readonly rows: Int32Array<ArrayBuffer>;
  /** How many lower bits a row tells apart. */
  readonly rowShift: number;
  /** Prefix number, -1 for none, or `-2 - node`. */
  readonly slots: Int32Array<ArrayBuffer>;
  /**
   * A node is at twice its number: how many ranges it has and, in the upper four bits, of which word; one unused; then
   * pairs of the range's first word and a value as in a slot.
   */
  readonly nodes: Uint32Array<ArrayBuffer>;
}

export const NO_PREFIX = -1;

/** How rows and node headers are packed: see `PrefixIndex`. */
export const SHIFT_BITS = 5;
export const COUNT_MASK = 0x0fffffff;
export const WORD_SHIFT = 28;
export const nodeHeader = (count: number, word: number): number => (count | (word << WORD_SHIFT)) >>> 0;
export const rowOf = (offset: number, shift: number): number => (offset << SHIFT_BITS) | shift;
