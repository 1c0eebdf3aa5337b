import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestFile, testFile } from '../../testing/oca-fixture.ts';
import { writeFile } from '../disk-store.ts';
import { NodeDiskStore } from './node-disk-store.ts';

const files = Array.from({ length: 5 }, (_, i) => testFile(20_000, 'film', i));
const idsOf = (which: readonly number[]): string[] => which.map((i) => (files[i] as TestFile).entry.fileId);

let folder: string;
let store: NodeDiskStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oca-pinned-'));
  store = await NodeDiskStore.open([folder], () => {}, { pinnedBytes: 45_000 });
  for (const { entry, bytes } of files) await writeFile(store, entry, bytes);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Which files are handed out as they lie in memory. */
async function pinned(): Promise<number[]> {
  await store.settled();
  const open = await Promise.all(files.map(({ entry }) => store.open(entry.fileId)));
  for (const file of open) file.close();
  return [...open.keys()].filter((i) => open[i]?.view !== undefined);
}

it('holds the most wanted files that fit, and others when others are wanted', async () => {
  store.rank(idsOf([3, 1, 0, 2, 4]));
  expect(await pinned()).toEqual([1, 3]);
  store.rank(idsOf([4, 3]));
  expect(await pinned()).toEqual([3, 4]);
});

it('gives the right bytes, and none of a file that was removed', async () => {
  store.rank(idsOf([0]));
  await store.settled();
  const [first] = files as [TestFile];
  const file = await store.open(first.entry.fileId);
  const target = new Uint8Array(500);
  expect([await file.read(target, 19_800), await file.read(target, 20_000)]).toEqual([200, 0]);
  expect(Buffer.compare(file.view?.(100, 1000) ?? target, first.bytes.subarray(100, 1100))).toBe(0);
  await store.remove(first.entry.fileId);
  await expect(store.open(first.entry.fileId)).rejects.toMatchObject({ kind: 'missing' });
});

it('has something in memory after a restart, before anybody says what is wanted', async () => {
  store.close();
  store = await NodeDiskStore.open([folder], () => {}, { pinnedBytes: 45_000 });
  expect(await pinned()).toHaveLength(2);
});
