import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { databaseName, removeOrphans } from './database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-database-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('removes databases whose data folder is gone or was made anew, and no other', async () => {
  const home = path.join(folder, 'home');
  mkdirSync(home);
  const databaseOf = (root: string, secret: string) => {
    const name = databaseName(root, secret);
    mkdirSync(path.join(home, name));
    for (const suffix of ['folder', 'log']) writeFileSync(path.join(home, `${name}.${suffix}`), root);
    return name;
  };
  const kept = path.join(folder, 'kept');
  mkdirSync(kept);
  writeFileSync(path.join(kept, 'secret'), 'new\n');
  const name = databaseOf(kept, 'new');
  databaseOf(kept, 'old');
  databaseOf(path.join(folder, 'gone'), 'any');
  mkdirSync(path.join(home, 'postgres-18.4.0'));
  await removeOrphans(home);
  expect(readdirSync(home).sort()).toEqual([name, `${name}.folder`, `${name}.log`, 'postgres-18.4.0']);
});
