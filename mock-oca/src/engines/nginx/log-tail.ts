import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';

const PART_BYTES = 256 * 1024;

/** Reads what is appended to a file, line by line, and changes the file for a new one before it gets large. */
export class LogTail {
  readonly #path: string;
  readonly #onLine: (line: string) => void;
  readonly #part = Buffer.alloc(PART_BYTES);
  #fd: number | undefined;
  #position = 0;
  #rest = '';

  constructor(path: string, onLine: (line: string) => void) {
    this.#path = path;
    this.#onLine = onLine;
  }

  /** Reads what has come since the last time; the bytes read of this file in all. */
  read(): number {
    this.#fd ??= openQuietly(this.#path);
    if (this.#fd === undefined) return 0;
    for (let bytes = this.#readPart(); bytes > 0; bytes = this.#readPart()) {
      const lines = (this.#rest + this.#part.toString('latin1', 0, bytes)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    }
    return this.#position;
  }

  /** Begins a new file: `reopen` makes the writer do so, and resolves when it has. */
  async change(reopen: () => Promise<void>): Promise<void> {
    renameSync(this.#path, `${this.#path}.old`);
    await reopen();
    this.read();
    this.close();
    rmSync(`${this.#path}.old`, { force: true });
  }

  /** Reads to the end and lets go. */
  close(): void {
    if (this.#fd === undefined) return;
    this.read();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#position = 0;
    this.#rest = '';
  }

  #readPart(): number {
    if (this.#fd === undefined || fstatSync(this.#fd).size <= this.#position) return 0;
    const bytes = readSync(this.#fd, this.#part, 0, PART_BYTES, this.#position);
    this.#position += bytes;
    return bytes;
  }
}

function openQuietly(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
