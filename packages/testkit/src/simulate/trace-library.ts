import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseTrace, type Trace } from '../simulation/trace.ts';

/** Trace files under a folder, read when first asked for. */
export class TraceLibrary {
  readonly folder: string | undefined;
  /** Relative to the folder, in the same order on every machine. */
  readonly names: readonly string[];
  readonly #traces = new Map<string, Trace>();

  constructor(folder: string | undefined) {
    this.folder = folder;
    this.names = folder === undefined ? [] : csvFilesUnder(folder, folder).sort();
  }

  trace(name: string): Trace {
    const known = this.#traces.get(name);
    if (known) return known;
    const trace = parseTrace(readFileSync(join(this.folder ?? '', name), 'utf8'));
    this.#traces.set(name, trace);
    return trace;
  }
}

/** The folder asked for, which must exist, or the usual one beside the project if it does. */
export function traceFolder(asked: string | undefined, usual: string): string | undefined {
  if (asked === 'none') return undefined;
  if (asked === undefined) return existsSync(usual) ? usual : undefined;
  if (!existsSync(asked) || !statSync(asked).isDirectory()) throw new Error(`There is no folder "${asked}".`);
  return asked;
}

function csvFilesUnder(folder: string, root: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return csvFilesUnder(path, root);
    return entry.name.endsWith('.csv') ? [relative(root, path)] : [];
  });
}
