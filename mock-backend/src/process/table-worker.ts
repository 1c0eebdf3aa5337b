import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type AnnouncedRoutes, announcementsOf } from '../steering/announced-routes.ts';
import { buffersOf, buildPrefixTable } from '../steering/prefix-table.ts';
import type { TableOrder } from './table-builder.ts';

/** With both cores taken a table still gets a tenth of one. */
const BEHIND_PLAYS = 10;

/** Plays go before tables where both want the same core. On Linux a priority is a thread's own, elsewhere the process's. */
if (process.platform === 'linux') setPriority(0, BEHIND_PLAYS);

let kept = new Map<string, AnnouncedRoutes>();

/** Builds prefix tables beside the region's own thread. Routes stay here: an order brings only those that are new. */
parentPort?.on('message', ({ id, feeds, fresh }: TableOrder) => {
  for (const routes of fresh) kept.set(routes.digest, routes);
  const announced = feeds.map(({ siteClass, digest }) => {
    const routes = kept.get(digest);
    if (!routes) throw new Error(`Routes ${digest} were never brought here.`);
    return { siteClass, routes };
  });
  kept = new Map(announced.map(({ routes }) => [routes.digest, routes]));
  const table = buildPrefixTable(announcementsOf(announced));
  parentPort?.postMessage({ id, table }, buffersOf(table));
});
