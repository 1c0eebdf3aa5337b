import type { FamilyTable, PrefixTable } from './prefix-table.ts';

/** Each array begins with a cache line. */
const ALIGNED_BYTES = 64;
/** A table that grows a little finds room where the one before the last was. */
const ROOM = 1.25;

type Words = Uint8Array | Uint32Array | Int32Array;

/**
 * Memory that two threads see, for one table and the next in turn: what V8 takes over from another thread as the memory
 * of an `ArrayBuffer` counts as garbage to come, and tens of megabytes at once make it collect its whole heap, with
 * everything waiting. A table may be used until the next but one is placed.
 */
export class TableMemory {
  readonly #memories: SharedArrayBuffer[] = [];
  #turn = 0;

  /** The same table, in shared memory. */
  place(table: PrefixTable): PrefixTable {
    this.#turn = 1 - this.#turn;
    let sizeBytes = 0;
    mapped(table, (words) => {
      sizeBytes += aligned(words.byteLength);
      return words;
    });
    const memory = this.#atLeast(sizeBytes);
    let offset = 0;
    return mapped(table, (words) => {
      const copy = viewOf(words, memory, offset);
      copy.set(words);
      offset += aligned(words.byteLength);
      return copy;
    });
  }

  #atLeast(sizeBytes: number): SharedArrayBuffer {
    const known = this.#memories[this.#turn];
    if (known && known.byteLength >= sizeBytes) return known;
    const larger = new SharedArrayBuffer(aligned(Math.ceil(sizeBytes * ROOM)));
    this.#memories[this.#turn] = larger;
    return larger;
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNED_BYTES) * ALIGNED_BYTES;

/** A view of the same kind and length. */
function viewOf<T extends Words>(words: T, memory: SharedArrayBuffer, offset: number): T {
  const Kind = words.constructor as new (memory: SharedArrayBuffer, offset: number, length: number) => T;
  return new Kind(memory, offset, words.length);
}

function mapped({ v4, v6 }: PrefixTable, copy: <T extends Words>(words: T) => T): PrefixTable {
  return { v4: familyMapped(v4, copy), v6: familyMapped(v6, copy) };
}

function familyMapped(
  { index, starts, feeds, asPathLengths, meds }: FamilyTable,
  copy: <T extends Words>(words: T) => T,
): FamilyTable {
  return {
    index: {
      firstBits: index.firstBits,
      firsts: copy(index.firsts),
      blocks: copy(index.blocks),
      values: copy(index.values),
      tails: copy(index.tails),
      parents: copy(index.parents),
      lengths: copy(index.lengths),
    },
    starts: copy(starts),
    feeds: copy(feeds),
    asPathLengths: copy(asPathLengths),
    meds: copy(meds),
  };
}
