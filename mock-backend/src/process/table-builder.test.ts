import type { Route, SiteInfo } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { type AnnouncedRoutes, announcementsOf, packAnnounced } from '../steering/announced-routes.ts';
import { STATE, STATE_SIZE } from '../steering/oca-group.ts';
import { buildPrefixTable } from '../steering/prefix-table.ts';
import { RouteBook } from '../steering/route-book.ts';
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
const loadsIn = ({ feeds }: { feeds: readonly { group: { ocas: readonly unknown[]; state: Float64Array } }[] }) =>
  feeds.flatMap(({ group: { ocas, state } }) => ocas.map((_, at) => state[at * STATE_SIZE + STATE.loadBps]));
const feed = (given: Route[]) => ({ siteClass: 'embedded' as const, routes: packAnnounced(given) });

it('a worker builds the same table, of what it was told before too', async () => {
  const build = inWorker();
  const [one, other, third] = [feed(routes), feed([{ prefix: '10.1.0.0/16', asPath: [1, 2], med: 7 }]), feed([])];
  for (const feeds of [[one, other], [one, other, other], [other], [third, one, other]])
    expect(await build(feeds)).toEqual(buildPrefixTable(announcementsOf(feeds)));
  expect(one.routes.parts[0]?.v4.words).toHaveLength(1);
});

it('a worker that cannot start fails its table, and the next table starts another', async () => {
  const broken = workerTableBuilder(new URL('./no-such-worker.mjs', import.meta.url));
  await expect(broken([feed(routes)])).rejects.toThrow('no-such-worker');
  await expect(broken([feed(routes)])).rejects.toThrow('no-such-worker');
});

it('the old table answers while a large one is built, and the new one comes in one step', async () => {
  const site: SiteInfo = { siteId: 's', name: 's', siteClass: 'embedded', asn: 1, latitude: 0, longitude: 0 };
  const many = Array.from({ length: 30_000 }, (_, at) => ({
    prefix: `10.${at >> 8}.${at & 255}.0/24`,
    asPath: [],
    med: 0,
  }));
  const oca = announcerAt(site);
  const book = new RouteBook<typeof oca>(inWorker());
  oca.routes = book.take(routes);
  book.place(oca, undefined);
  const small = book.current();
  expect(small).toMatchObject({ version: 1, feeds: [{ group: { ocas: [oca] } }] });
  oca.routes = book.take(many);
  book.noteRoutes(oca);
  expect(book.current()).toBe(small);
  // What an OCA says meanwhile reaches the decisions at once, and those after the change.
  oca.loadBps = 5;
  book.noteState(oca);
  expect(loadsIn(small)).toEqual([5]);
  await book.settled();
  expect(book.current().version).toBe(2);
  expect(loadsIn(book.current())).toEqual([5]);
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
  const book = new RouteBook<typeof oca>(
    () => Promise.reject(new Error('no thread')),
    (error) => failures.push(error),
  );
  oca.routes = book.take(many);
  book.place(oca, undefined);
  await book.settled();
  expect(failures).toHaveLength(1);
  expect(book.current().table.v4.feeds).toHaveLength(20_001);
});
