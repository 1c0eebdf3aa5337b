import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTitle } from '../testing/test-region.ts';
import { SnapshotFolder } from './snapshot-folder.ts';

const DRAIN = { kind: 'oca' as const, id: 'fjord-1-a', reason: 'new disks', sinceMs: 5 };
const ROUTE = { prefix: '192.0.2.0/24', asPath: [64501], med: 0 };
const REVOCATION = {
  kind: 'account' as const,
  id: 'a',
  issuedBeforeMs: 1,
  madeAtMs: 1,
  expiresAtMs: 2,
  reason: 'lost',
};
const NOTHING = { drains: [], imports: [] };

let dir: string;
let logged: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pressplay-snapshot-'));
  logged = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const folder = (source = 'db:5432/fleet'): SnapshotFolder =>
  new SnapshotFolder(join(dir, 'kept'), source, (_level, message) => logged.push(message));
const inside = (...names: string[]): string => join(dir, 'kept', ...names);

async function titlesOf(kept: SnapshotFolder): Promise<CatalogTitle[]> {
  const titles: CatalogTitle[] = [];
  for await (const title of (await kept.read())?.titles() ?? []) titles.push(title);
  return titles;
}

it('what a process kept is what the next one reads', async () => {
  const kept = folder();
  expect(await kept.read()).toBeUndefined();
  await kept.keepTitles([{ title: makeTitle('film'), revision: 3 }]);
  await kept.keepImportPart('ix-1', 'dump/../of today', 0, [ROUTE]);
  await kept.keepRevocations([REVOCATION]);
  const imports = [{ siteId: 'ix-1', importId: 'dump/../of today', parts: 1 }];
  kept.keepGood({ drains: [DRAIN], imports }, 1000);
  await kept.flush();

  const next = folder();
  const snapshot = await next.read();
  expect(snapshot).toMatchObject({ goodAtMs: 1000, drains: [DRAIN], imports, revocations: [REVOCATION] });
  expect(await titlesOf(next)).toEqual([makeTitle('film')]);
  expect(await snapshot?.loadImportPart('ix-1', 'dump/../of today', 0)).toEqual([ROUTE]);
  expect(next.goodAtMs).toBe(1000);
  expect(logged).toEqual([]);
});

it('only its user can read what lies there', async () => {
  const kept = folder();
  await kept.keepTitles([{ title: makeTitle('film'), revision: 1 }]);
  kept.keepGood(NOTHING, 1000);
  await kept.flush();
  for (const file of ['snapshot.json', 'titles/film.json'])
    expect((await stat(inside(file))).mode & 0o777, file).toBe(0o600);
  for (const place of ['', 'titles']) expect((await stat(inside(place))).mode & 0o777, place).toBe(0o700);
});

it('one that does not say which tokens were called back is not used: they would open again', async () => {
  const kept = folder();
  kept.keepGood(NOTHING, 1000);
  await kept.flush();
  expect(await folder().read()).toBeUndefined();
  expect(logged).toEqual(['the tokens that were called back cannot be read from the snapshot on disk: it is not used']);
});

it('a stop writes when the store was last good; until then the stamp may lag by seconds', async () => {
  const kept = folder();
  await kept.keepRevocations([]);
  kept.keepGood(NOTHING, 1000);
  kept.keepGood(NOTHING, 3000);
  await kept.keepTitles([{ title: makeTitle('other'), revision: 1 }]);
  expect((await folder().read())?.goodAtMs).toBe(1000);
  kept.keepGood(NOTHING, 7000);
  await kept.keepTitles([{ title: makeTitle('film'), revision: 1 }]);
  expect((await folder().read())?.goodAtMs).toBe(7000);
  kept.keepGood(NOTHING, 8000);
  await kept.flush();
  expect((await folder().read())?.goodAtMs).toBe(8000);
});

it('a title that did not change is not written again', async () => {
  const kept = folder();
  await kept.keepTitles([{ title: makeTitle('film'), revision: 1 }]);
  const before = await stat(inside('titles/film.json'));
  await kept.keepTitles([{ title: makeTitle('film'), revision: 2 }]);
  expect((await stat(inside('titles/film.json'))).ino).toBe(before.ino);
  await kept.keepTitles([{ title: makeTitle('film', { name: 'Another' }), revision: 3 }]);
  expect(await readdir(inside('titles'))).toEqual(['film.json']);
  expect(JSON.parse(await readFile(inside('titles/film.json'), 'utf8'))).toMatchObject({ name: 'Another' });
});

it.each([
  ['of another version', { version: 99, source: 'db:5432/fleet', goodAtMs: 1, drains: [], imports: [] }],
  ['of another database', { version: 2, source: 'db:5432/other', goodAtMs: 1, drains: [], imports: [] }],
  ['that lacks a part', { version: 2, source: 'db:5432/fleet', goodAtMs: 1, drains: [] }],
])('a snapshot %s is not used, and the log says so', async (_, head) => {
  const kept = folder();
  await kept.keepTitles([{ title: makeTitle('film'), revision: 1 }]);
  await writeFile(inside('snapshot.json'), JSON.stringify(head));
  expect(await kept.read()).toBeUndefined();
  expect(logged).toEqual(['the snapshot on disk is of another version or database: it is not used']);
});

it('half a snapshot is none; half a title is left out, and the log says so', async () => {
  const kept = folder();
  await kept.keepTitles([
    { title: makeTitle('film'), revision: 1 },
    { title: makeTitle('other'), revision: 2 },
  ]);
  await kept.keepRevocations([]);
  kept.keepGood(NOTHING, 1000);
  await kept.flush();
  await writeFile(inside('titles/film.json'), '{"titleId":"fi');
  expect((await titlesOf(folder())).map(({ titleId }) => titleId)).toEqual(['other']);
  expect(logged).toEqual(['a title of the snapshot on disk cannot be read']);
  await writeFile(inside('snapshot.json'), '{"version":2,');
  expect(await folder().read()).toBeUndefined();
});

it('parts of an import go when another takes its place, parts on their way stay', async () => {
  const kept = folder();
  const state = (importId: string) => ({ drains: [], imports: [{ siteId: 'ix-1', importId, parts: 1 }] });
  await kept.keepImportPart('ix-1', 'given up by an earlier process', 0, [ROUTE]);
  await kept.keepImportPart('ix-1', 'first', 0, [ROUTE]);
  await kept.keepRevocations([]);
  kept.keepGood(state('first'), 1000);
  await kept.flush();
  expect(await readdir(inside('imports'))).toHaveLength(1);
  await kept.keepImportPart('ix-1', 'second', 0, [ROUTE]);
  await kept.keepImportPart('ix-1', 'on its way', 0, [ROUTE]);
  kept.keepGood(state('second'), 2000);
  await kept.flush();
  const snapshot = await folder().read();
  const has = async (importId: string) => (await snapshot?.loadImportPart('ix-1', importId, 0)) !== undefined;
  expect([await has('first'), await has('second'), await has('on its way')]).toEqual([false, true, true]);
});

it('where nothing can be written questions go on, the log says it once, and what lies there stays as old as it is', async () => {
  const kept = folder();
  await kept.keepTitles([{ title: makeTitle('film'), revision: 1 }]);
  await kept.keepRevocations([]);
  kept.keepGood(NOTHING, 1000);
  await kept.flush();
  // A folder in the place of a file: nobody can write it, whoever he is.
  await rm(inside('titles'), { recursive: true });
  await writeFile(inside('titles'), '');
  await kept.keepTitles([{ title: makeTitle('other'), revision: 2 }]);
  await kept.keepTitles([{ title: makeTitle('third'), revision: 3 }]);
  kept.keepGood(NOTHING, 60_000);
  await kept.flush();
  expect(kept.goodAtMs).toBe(1000);
  expect((await folder().read())?.goodAtMs).toBe(1000);
  expect(logged).toEqual(['the snapshot on disk grows old: it could not be written']);
});
