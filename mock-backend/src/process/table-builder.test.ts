import type { SiteInfo } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { packRoutes } from '../steering/packed-announcements.ts';
import { buildPrefixTable } from '../steering/prefix-table.ts';
import { type AnnouncedRoutes, RouteBook } from '../steering/route-book.ts';
import { workerTableBuilder } from './table-builder.ts';

/** The worker from its source: tsx registers itself in that thread first. */
const [TSX, WORKER] = [import.meta.resolve('tsx/esm/api'), import.meta.resolve('./table-worker.ts')];
const script = `import { register } from '${TSX}'; register(); await import('${WORKER}');`;
const inWorker = () =>
  workerTableBuilder(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    execArgv: ['--conditions=pressplay-source'],
  });

const routes = [
  { prefix: '10.0.0.0/8', asPath: [1], med: 0 },
  { prefix: '2001:db8::/32', asPath: [], med: 5 },
];
const announcerAt = (site: SiteInfo) => ({
  ocaId: 'oca',
  hash: 1,
  capacityBps: 1e9,
  loadBps: 0,
  verdict: 'healthy' as const,
  reason: 'well',
  heardAtMs: 0,
  content: undefined,
  site,
  routes: undefined as AnnouncedRoutes | undefined,
});
const announcements = () => ({ ...packRoutes(routes), feedClasses: new Uint8Array(1) });

it('a worker builds the same table', async () => {
  const expected = buildPrefixTable(announcements());
  const given = announcements();
  expect(await inWorker()(given)).toEqual(expected);
  expect(given.v4.words.length).toBe(0);
});

it('a worker that cannot start fails its table, and the next table starts another', async () => {
  const broken = workerTableBuilder(new URL('./no-such-worker.mjs', import.meta.url));
  await expect(broken(announcements())).rejects.toThrow('no-such-worker');
  await expect(broken(announcements())).rejects.toThrow('no-such-worker');
});

it('the old table answers while a large one is built, and the new one comes in one step', async () => {
  const site: SiteInfo = { siteId: 's', name: 's', siteClass: 'embedded', asn: 1, latitude: 0, longitude: 0 };
  const many = Array.from({ length: 30_000 }, (_, at) => ({
    prefix: `10.${at >> 8}.${at & 255}.0/24`,
    asPath: [],
    med: 0,
  }));
  const oca = announcerAt(site);
  const book = new RouteBook(() => [oca], inWorker());
  oca.routes = book.take(routes);
  book.noteChange();
  const small = book.current();
  expect(small).toMatchObject({ version: 1, feeds: [{ group: { ocas: [oca] } }] });
  oca.routes = book.take(many);
  book.noteChange();
  expect(book.current()).toBe(small);
  await book.settled();
  expect(book.current().version).toBe(2);
  expect(book.current().table.v4.feeds).toHaveLength(30_000);
});

it('a table is built in between when the worker fails', async () => {
  const failures: unknown[] = [];
  const site: SiteInfo = { siteId: 's', name: 's', siteClass: 'embedded', asn: 1, latitude: 0, longitude: 0 };
  const many = Array.from({ length: 20_001 }, (_, at) => ({
    prefix: `10.${at >> 8}.${at & 255}.0/24`,
    asPath: [],
    med: 0,
  }));
  const oca = announcerAt(site);
  const book = new RouteBook(
    () => [oca],
    () => Promise.reject(new Error('no thread')),
    (error) => failures.push(error),
  );
  oca.routes = book.take(many);
  book.noteChange();
  await book.settled();
  expect(failures).toHaveLength(1);
  expect(book.current().table.v4.feeds).toHaveLength(20_001);
});
