import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { SiteClass } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes, FeedRoutes } from '../steering/announced-routes.ts';
import type { PackedRoutes } from '../steering/packed-announcements.ts';
import type { PrefixTable } from '../steering/prefix-table.ts';
import type { TableBuilder } from '../steering/route-book.ts';

/** Routes that the worker does not have yet, under the digest of the whole they belong to. */
export interface BroughtPart {
  readonly digest: string;
  readonly part: PackedRoutes;
}

/** What the worker is told: parts of routes, then to build a table of all these feeds. */
export type TableOrder =
  | { readonly bring: readonly BroughtPart[] }
  | { readonly id: number; readonly feeds: readonly { readonly siteClass: SiteClass; readonly digest: string }[] };

/** Copying so many routes takes half a millisecond: plays come in between. */
const BROUGHT_AT_ONCE = 20_000;

interface Waiting {
  resolve(table: PrefixTable): void;
  reject(error: Error): void;
}

/** Builds prefix tables in one worker, started at the first. A worker that dies fails its tables; the next starts anew. */
export function workerTableBuilder(script: URL, options: WorkerOptions = {}): TableBuilder {
  let current: TableWorker | undefined;
  return (feeds) => {
    if (!current || current.ended) current = new TableWorker(script, options);
    return current.build(feeds);
  };
}

class TableWorker {
  /** Why it ended, once it did. */
  ended: Error | undefined;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  /** Digests of the last order: the worker has those. */
  #known: ReadonlySet<string> = new Set();
  #lastId = 0;

  constructor(script: URL, options: WorkerOptions) {
    this.#worker = new Worker(script, options);
    this.#worker.on('message', ({ id, table }: { id: number; table: PrefixTable }) => {
      this.#waiting.get(id)?.resolve(table);
      this.#waiting.delete(id);
      // A region that drains does not wait for an idle worker.
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`The table worker ended with ${code}.`)));
  }

  /** One at a time. */
  async build(feeds: readonly FeedRoutes[]): Promise<PrefixTable> {
    this.#worker.ref();
    const byDigest = new Map(feeds.map(({ routes }) => [routes.digest, routes]));
    const fresh = [...byDigest.values()].filter(({ digest }) => !this.#known.has(digest));
    this.#known = new Set(byDigest.keys());
    await this.#bring(fresh);
    return new Promise((resolve, reject) => {
      if (this.ended) throw this.ended;
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#tell({ id, feeds: feeds.map(({ siteClass, routes }) => ({ siteClass, digest: routes.digest })) });
    });
  }

  async #bring(fresh: readonly AnnouncedRoutes[]): Promise<void> {
    let bring: BroughtPart[] = [];
    let count = 0;
    for (const { digest, parts } of fresh) {
      for (const part of parts) {
        bring.push({ digest, part });
        count += part.v4.lengths.length + part.v6.lengths.length;
        if (count < BROUGHT_AT_ONCE) continue;
        this.#tell({ bring });
        [bring, count] = [[], 0];
        await nextTurn();
      }
    }
    this.#tell({ bring });
  }

  #tell(order: TableOrder): void {
    this.#worker.postMessage(order);
  }

  #fail(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The worker lies beside the built process; from the sources there is none, and tables are built in between. */
export function builtTableBuilder(): TableBuilder | undefined {
  const script = new URL('./table-worker.mjs', import.meta.url);
  return existsSync(fileURLToPath(script)) ? workerTableBuilder(script) : undefined;
}
