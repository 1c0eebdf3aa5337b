import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { SiteClass } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes, FeedRoutes } from '../steering/announced-routes.ts';
import type { PrefixTable } from '../steering/prefix-table.ts';
import type { TableBuilder } from '../steering/route-book.ts';

/** What the worker is asked: to build a table of these feeds. */
export interface TableOrder {
  readonly id: number;
  readonly feeds: readonly { readonly siteClass: SiteClass; readonly digest: string }[];
  /** Routes that were not in the order before. */
  readonly fresh: readonly AnnouncedRoutes[];
}

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
  ended = false;
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

  build(feeds: readonly FeedRoutes[]): Promise<PrefixTable> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      const byDigest = new Map(feeds.map(({ routes }) => [routes.digest, routes]));
      const order: TableOrder = {
        id,
        feeds: feeds.map(({ siteClass, routes }) => ({ siteClass, digest: routes.digest })),
        fresh: [...byDigest.values()].filter(({ digest }) => !this.#known.has(digest)),
      };
      this.#known = new Set(byDigest.keys());
      this.#worker.postMessage(order);
    });
  }

  #fail(error: Error): void {
    this.ended = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The worker lies beside the built process; from the sources there is none, and tables are built in between. */
export function builtTableBuilder(): TableBuilder | undefined {
  const script = new URL('./table-worker.mjs', import.meta.url);
  return existsSync(fileURLToPath(script)) ? workerTableBuilder(script) : undefined;
}
