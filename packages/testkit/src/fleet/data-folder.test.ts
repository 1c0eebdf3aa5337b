import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openDataFolder, writePrivateJson } from './data-folder.ts';
import { asDiskFull } from './fleet-error.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-data-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('makes one secret at the first start and keeps it, readable by its owner only', () => {
  const dir = newFolder();
  const first = openDataFolder(dir);
  expect(first.secret).toMatch(/^[0-9a-f]{64}$/);
  expect(openDataFolder(dir).secret).toBe(first.secret);
  expect(openDataFolder(newFolder()).secret).not.toBe(first.secret);
  expect(statSync(path.join(dir, 'secret')).mode & 0o777).toBe(0o600);
});

it('writes private files whole and leaves no half ones', () => {
  const { run } = openDataFolder(newFolder());
  const file = path.join(run, 'a.json');
  writePrivateJson(file, { a: 1 });
  writePrivateJson(file, { a: 2 });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ a: 2 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(run)).toEqual(['a.json']);
});

it('says plainly that the disk is full, and passes other errors through', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(asDiskFull(full, '/data/x')).toMatchObject({
    code: 'fleet/disk-full',
    message: expect.stringContaining('/data/x'),
  });
  const byPostgres = new Error('initdb: could not write: No space left on device');
  expect(asDiskFull(byPostgres, '/data/x')).toMatchObject({ code: 'fleet/disk-full' });
  const other = new Error('other');
  expect(asDiskFull(other, '/data/x')).toBe(other);
});
