import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mtimeSecondsOf } from '@pressplay/protocol/wire';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testFile } from '../../testing/oca-fixture.ts';
import { writeFile } from '../disk-store.ts';
import { chooseDisk } from '../placement/choose-disk.ts';
import { diskErrorOf } from './disk-error-of.ts';
import { NodeDiskStore } from './node-disk-store.ts';

let folder: string;
let disks: string[];
let dropped: unknown[];
const reopen = (): Promise<NodeDiskStore> =>
  NodeDiskStore.open(disks, (_level, _message, fields) => void dropped.push(fields));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oca-node-disks-'));
  disks = ['disk0', 'disk1', 'disk2'].map((name) => join(folder, name));
  dropped = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = Array.from({ length: 12 }, (_, i) => testFile(1000 + i, 'film', i));
const pathOf = (fileId: string): string => disks.map((disk) => join(disk, fileId)).find(existsSync) ?? '';

async function filled(): Promise<void> {
  const store = await reopen();
  for (const { entry, bytes } of files) await writeFile(store, entry, bytes);
  store.close();
}

it('serves after a restart what it held before', async () => {
  await filled();
  const store = await reopen();
  expect(new Set(store.list().map((file) => file.fileId))).toEqual(new Set(files.map((file) => file.entry.fileId)));
  expect(store.get(files[0]!.entry.fileId)).toEqual(files[0]!.entry);
  expect(dropped).toEqual([]);
});

it('gives each file the modification time of its content, and spreads files over the disks', async () => {
  await filled();
  for (const { entry } of files)
    expect(statSync(pathOf(entry.fileId)).mtimeMs / 1000).toBe(mtimeSecondsOf(entry.fileId));
  for (const disk of disks) expect(readdirSync(disk).length).toBeGreaterThan(0);
});

it('drops at the start what was cut, changed or left half written, and nothing else', async () => {
  await filled();
  const [cut, touched, bare] = files.map((file) => pathOf(file.entry.fileId)) as [string, string, string];
  truncateSync(cut, 10);
  utimesSync(cut, mtimeSecondsOf(files[0]!.entry.fileId), mtimeSecondsOf(files[0]!.entry.fileId));
  utimesSync(touched, 1000, 1000);
  rmSync(`${bare}.json`);
  writeFileSync(join(disks[0]!, `${'a'.repeat(32)}.77-1.part`), 'half');
  writeFileSync(join(disks[0]!, `${'b'.repeat(32)}.json`), '{}');
  writeFileSync(join(disks[0]!, 'README'), 'not ours');
  const store = await reopen();
  expect(store.list().length).toBe(files.length - 3);
  expect(dropped).toHaveLength(3);
  expect([cut, touched, bare].some(existsSync)).toBe(false);
  expect(readdirSync(disks[0]!).filter((name) => !/^[0-9a-f]{32}(\.json)?$/.test(name))).toEqual([
    '.pressplay-disk',
    'README',
  ]);
  expect(existsSync(join(disks[0]!, `${'b'.repeat(32)}.json`))).toBe(false);
});

it('goes on with the other disks when one cannot be used', async () => {
  writeFileSync(join(folder, 'file'), '');
  disks = [join(folder, 'file', 'disk0'), join(folder, 'disk1')];
  const store = await reopen();
  expect(dropped).toHaveLength(1);
  await writeFile(store, files[0]!.entry, files[0]!.bytes);
  expect(pathOf(files[0]!.entry.fileId)).toContain('disk1');
});

it('moves only the share of a disk that is new', () => {
  const ids = Array.from({ length: 3000 }, (_, i) => i.toString(16).padStart(32, '0'));
  const three = ids.map((id) => chooseDisk(id, ['a', 'b', 'c']));
  const four = ids.map((id) => chooseDisk(id, ['a', 'b', 'c', 'd']));
  for (const disk of ['a', 'b', 'c']) expect(three.filter((each) => each === disk).length / 1000).toBeCloseTo(1, 0);
  expect(four.every((disk, i) => disk === 'd' || disk === three[i])).toBe(true);
  expect(four.filter((disk) => disk === 'd').length / 750).toBeCloseTo(1, 0);
  expect(chooseDisk('x', [])).toBeUndefined();
});

it('says in words when a disk is full', () => {
  const error = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(diskErrorOf(error, '/disk0/x')).toMatchObject({
    kind: 'full',
    message: expect.stringContaining('/disk0/x is full'),
  });
});
