import { type Content, type FileNumbers, HOLDS_NOTHING } from '../steering/content.ts';

/** Ids of files: what a set of texts can be asked. */
export interface FileSet {
  readonly size: number;
  has(fileId: string): boolean;
  [Symbol.iterator](): Iterator<string>;
}

/** What an OCA holds, by id; kept as a bit a file. */
export class HeldFiles implements FileSet {
  readonly #files: FileNumbers;
  readonly #content: Content;

  constructor(files: FileNumbers, content: Content = HOLDS_NOTHING) {
    this.#files = files;
    this.#content = content;
  }

  get size(): number {
    return this.#content.size;
  }

  has(fileId: string): boolean {
    const number = this.#files.find(fileId);
    return number !== undefined && this.#content.has(number);
  }

  *[Symbol.iterator](): Generator<string> {
    for (const number of this.#content.beyond(HOLDS_NOTHING)) yield this.#files.idOf(number);
  }
}
