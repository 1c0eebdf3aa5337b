import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { announcementsOf } from '../steering/announced-routes.ts';
import type { PackedRoutes } from '../steering/packed-announcements.ts';
import { buildPrefixTable } from '../steering/prefix-table.ts';
import { TableMemory } from '../steering/table-memory.ts';
import { collectGarbage } from './lean-heap.ts';
import type { TableOrder } from './table-builder.ts';

/** With both cores taken a table still gets a tenth of one. */
const BEHIND_PLAYS = 10;

/** Plays go before tables where both want the same core. On Linux a priority is a thread's own, elsewhere the process's. */
if (process.platform === 'linux') setPriority(0, BEHIND_PLAYS);

interface Kept {
  readonly digest: string;
  readonly parts: PackedRoutes[];
}

const memory = new TableMemory();
let kept = new Map<string, Kept>();

/** Builds prefix tables beside the region's own thread. Routes stay here: only those that are new are brought. */
parentPort?.on('message', (order: TableOrder) => {
  if ('bring' in order) {
    for (const { digest, part } of order.bring) keep(digest, part);
    return;
  }
  const feeds = order.feeds.map(({ siteClass, digest }) => ({ siteClass, routes: routesOf(digest) }));
  kept = new Map(feeds.map(({ routes }) => [routes.digest, routes]));
  // The one before the last is over when the next is asked for: its memory is free.
  const table = memory.place(buildPrefixTable(announcementsOf(feeds)));
  parentPort?.postMessage({ id: order.id, table });
  // What building took is tens of megabytes outside the heap, which this idle thread would keep until the next table.
  setImmediate(collectGarbage);
});

function keep(digest: string, part: PackedRoutes): void {
  const routes = kept.get(digest) ?? { digest, parts: [] };
  routes.parts.push(part);
  kept.set(digest, routes);
}

function routesOf(digest: string): Kept {
  const routes = kept.get(digest);
  if (!routes) throw new Error(`Routes ${digest} were never brought here.`);
  return routes;
}
