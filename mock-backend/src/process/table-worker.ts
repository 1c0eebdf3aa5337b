import { parentPort } from 'node:worker_threads';
import { type Announcements, buffersOf, buildPrefixTable } from '../steering/prefix-table.ts';

/** Builds prefix tables beside the region's own thread. Buffers move in and out: nothing is copied. */
parentPort?.on('message', ({ id, announcements }: { id: number; announcements: Announcements }) => {
  const table = buildPrefixTable(announcements);
  parentPort?.postMessage({ id, table }, buffersOf(table));
});
