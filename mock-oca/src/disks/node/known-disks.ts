import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Known = z.record(z.string(), z.string());

/** Which disk lay in which folder, over restarts: an empty mount point must not be taken for a new disk. */
export class KnownDisks {
  readonly #path: string;
  #ids: Readonly<Record<string, string>>;

  constructor(path: string) {
    this.#path = path;
    this.#ids = read(path);
  }

  has(folder: string): boolean {
    return this.#ids[folder] !== undefined;
  }

  note(folder: string, id: string): void {
    if (this.#ids[folder] === id) return;
    this.#ids = { ...this.#ids, [folder]: id };
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(this.#ids, undefined, 2)}\n`);
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function read(path: string): Readonly<Record<string, string>> {
  try {
    return Known.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
