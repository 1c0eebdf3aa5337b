import { countOnes } from './count-ones.ts';

/** The files of a play, by id and by number. The same for all plays of a film on alike devices. */
export interface FileList {
  readonly fileIds: readonly string[];
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** Words of a `Content` and the bits of them that these files are: those of a film share one or two words. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly masks: Int32Array<ArrayBuffer>;
  /** All places in the list: what lacks everything needs no list of its own. */
  readonly everything: readonly number[];
  /** See `FleetState.isLive`: after how many losses enough OCAs still held all of these. */
  liveAfter: number;
}

/** Nothing, once for all: most OCAs lack nothing of what is asked of them. */
export const LACKS_NOTHING: readonly number[] = [];

const REMEMBERED_LISTS = 65_536;

/** Gives each file a number, so that what an OCA holds is a bit a file; files of one film, asked together, lie together. */
export class FileNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #lists = new Map<string, FileList[]>();
  #listCount = 0;
  /** Plays of a film bring the same object: comparing texts for each costs as much as looking at five OCAs. */
  #listOfIds = new WeakMap<readonly string[], FileList>();

  numberOf(fileId: string): number {
    const known = this.#numbers.get(fileId);
    if (known !== undefined) return known;
    this.#numbers.set(fileId, this.#ids.length);
    return this.#ids.push(fileId) - 1;
  }

  /** undefined where nobody asked for the file or told of it. */
  find(fileId: string): number | undefined {
    return this.#numbers.get(fileId);
  }

  idOf(number: number): string {
    const fileId = this.#ids[number];
    if (fileId === undefined) throw new RangeError(`No file has the number ${number}.`);
    return fileId;
  }

  /** Ids that were asked for once stay as they are. */
  listOf(fileIds: readonly string[]): FileList {
    const known = this.#listOfIds.get(fileIds);
    if (known) return known;
    const list = this.#listOfTexts(fileIds);
    this.#listOfIds.set(fileIds, list);
    return list;
  }

  /** Lists with the same first file are the same film; they differ by what a device can play. */
  #listOfTexts(fileIds: readonly string[]): FileList {
    const [first = ''] = fileIds;
    const known = this.#lists.get(first);
    const same = known?.find((list) => isSame(list.fileIds, fileIds));
    if (same) return same;
    if (this.#listCount++ >= REMEMBERED_LISTS) {
      this.#lists.clear();
      this.#listCount = 1;
    }
    const numbers = this.#numbersOf(fileIds);
    const everything = fileIds.map((_, at) => at);
    const list = { fileIds: [...fileIds], numbers, ...bitsOf(numbers), everything, liveAfter: -1 };
    this.#lists.set(first, [...(this.#lists.get(first) ?? []), list]);
    return list;
  }

  #numbersOf(fileIds: readonly string[]): Uint32Array<ArrayBuffer> {
    const numbers = new Uint32Array(fileIds.length);
    for (let at = 0; at < numbers.length; at++) numbers[at] = this.numberOf(fileIds[at] ?? '');
    return numbers;
  }

  /** What holds these files. */
  contentOf(fileIds: Iterable<string>): Content {
    return new Content(this.#numbersOf(Array.isArray(fileIds) ? fileIds : [...fileIds]));
  }
}

/** A set of files, a bit each. */
export class Content {
  readonly #bits: Uint32Array<ArrayBuffer>;
  readonly size: number;
  /** Equal for equal sets, and hardly ever for others. */
  readonly hash: number;

  constructor(numbers: Uint32Array<ArrayBuffer>) {
    const most = numbers.reduce((highest, number) => Math.max(highest, number), -1);
    this.#bits = new Uint32Array(most < 0 ? 0 : (most >>> 5) + 1);
    for (const number of numbers) this.#bits[number >>> 5] = (this.#bits[number >>> 5] ?? 0) | (1 << (number & 31));
    this.size = this.#bits.reduce((sum, word) => sum + countOnes(word), 0);
    this.hash = this.#bits.reduce((hash, word) => Math.imul(hash ^ word, 0x9e3779b1) ^ (hash >>> 15), ~this.size) >>> 0;
  }

  has(number: number): boolean {
    return (((this.#bits[number >>> 5] ?? 0) >>> (number & 31)) & 1) === 1;
  }

  /** Places in the list of the files that are not in this set. */
  lacks(list: FileList): readonly number[] {
    const { numbers, words, masks, everything } = list;
    let [held, missing] = [0, 0];
    for (let at = 0; at < words.length; at++) {
      const mask = masks[at] ?? 0;
      const bits = (this.#bits[words[at] ?? 0] ?? 0) & mask;
      held |= bits;
      missing |= bits ^ mask;
    }
    if (missing === 0) return LACKS_NOTHING;
    if (held === 0) return everything;
    const lacked: number[] = [];
    for (let at = 0; at < numbers.length; at++) if (!this.has(numbers[at] ?? 0)) lacked.push(at);
    return lacked;
  }

  hasAll({ words, masks }: FileList): boolean {
    for (let at = 0; at < words.length; at++) {
      const mask = masks[at] ?? 0;
      if (((this.#bits[words[at] ?? 0] ?? 0) & mask) !== mask) return false;
    }
    return true;
  }

  /** The numbers in this set that are not in the other, ascending. */
  *beyond(other: Content): Generator<number> {
    for (let at = 0; at < this.#bits.length; at++) {
      for (let left = (this.#bits[at] ?? 0) & ~(other.#bits[at] ?? 0); left !== 0; left &= left - 1)
        yield at * 32 + 31 - Math.clz32(left & -left);
    }
  }

  equals(other: Content): boolean {
    if (this.hash !== other.hash || this.#bits.length !== other.#bits.length) return false;
    for (let at = 0; at < this.#bits.length; at++) if (this.#bits[at] !== other.#bits[at]) return false;
    return true;
  }
}

export const HOLDS_NOTHING = new Content(new Uint32Array(0));

function bitsOf(numbers: Uint32Array<ArrayBuffer>): Pick<FileList, 'words' | 'masks'> {
  const words: number[] = [];
  const masks: number[] = [];
  for (const number of numbers) {
    const known = words.indexOf(number >>> 5);
    const at = known < 0 ? words.push(number >>> 5) - 1 : known;
    masks[at] = (masks[at] ?? 0) | (1 << (number & 31));
  }
  return { words: Uint32Array.from(words), masks: Int32Array.from(masks) };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
