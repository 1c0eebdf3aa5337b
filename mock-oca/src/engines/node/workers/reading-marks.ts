const MARKS = 4096;
const BLOCK_BYTES = 1024 * 1024;
/** Spreads neighbouring blocks; prime. */
const STRIDE = 40_503;

/**
 * What the agent is reading from its disks at this moment, for threads that ask the kernel what its cache holds: pages on
 * their way count as held there, and who sends them waits for the disk. Two parts may share a mark: then one of them is
 * asked of the agent without need.
 */
export class ReadingMarks {
  static readonly BYTES = MARKS * 4;
  readonly #marks: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(ReadingMarks.BYTES), byteOffset = 0) {
    this.#marks = new Int32Array(memory, byteOffset, MARKS);
  }

  /** Returns a function that takes the mark away. */
  mark(path: string, startByte: number, endByte: number): () => void {
    const cells = [...cellsOf(path, startByte, endByte)];
    for (const cell of cells) Atomics.add(this.#marks, cell, 1);
    return () => {
      for (const cell of cells) Atomics.sub(this.#marks, cell, 1);
    };
  }

  isReading(path: string, startByte: number, endByte: number): boolean {
    for (const cell of cellsOf(path, startByte, endByte)) if (Atomics.load(this.#marks, cell) > 0) return true;
    return false;
  }
}

function* cellsOf(path: string, startByte: number, endByte: number): Generator<number> {
  // A file's name is its hash.
  const first = Number.parseInt(path.slice(-6), 16) || 0;
  for (let block = Math.floor(startByte / BLOCK_BYTES); block * BLOCK_BYTES < endByte; block++)
    yield (first + block * STRIDE) % MARKS;
}
