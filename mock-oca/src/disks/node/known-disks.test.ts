import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testFile } from '../../testing/oca-fixture.ts';
import { writeFile } from '../disk-store.ts';
import { KnownDisks } from './known-disks.ts';
import { NodeDiskStore } from './node-disk-store.ts';

const file = testFile(1000);
const said: string[] = [];
let folder: string;
let disk: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-disks-'));
  disk = join(folder, 'mount');
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let nowMs = 0;
const open = (): Promise<NodeDiskStore> => {
  const log = (_level: string, message: string, fields = {}): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  return NodeDiskStore.open([disk], log, { known: new KnownDisks(join(folder, 'disks.json')), nowMs: () => nowMs });
};
const states = (store: NodeDiskStore) => store.disks().map(({ state }) => state);

describe('an empty mount point at the start', () => {
  it('is a new disk where none was seen before, and no disk where one was', async () => {
    const store = await open();
    expect(states(store)).toEqual(['serving']);
    await writeFile(store, file.entry, file.bytes);
    renameSync(disk, `${disk}-unmounted`);
    mkdirSync(disk);
    const without = await open();
    expect(states(without)).toEqual(['out']);
    expect(said.join()).toContain(`${disk} held a disk before, and has none now: mount it`);
    await expect(writeFile(without, file.entry, file.bytes)).rejects.toThrow();

    // Mounted at last: it comes back by itself.
    rmSync(disk, { recursive: true });
    renameSync(`${disk}-unmounted`, disk);
    for (let i = 0; i < 200 && states(without)[0] !== 'serving'; i++) {
      nowMs += 1000;
      await without.tend();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(states(without)).toEqual(['serving']);
    expect(without.list()).toHaveLength(1);
  });

  it('is a new disk where an operator has marked it', async () => {
    await open();
    rmSync(disk, { recursive: true });
    mkdirSync(disk);
    writeFileSync(join(disk, '.pressplay-disk'), 'the new one\n');
    expect(states(await open())).toEqual(['serving']);
    rmSync(join(disk, '.pressplay-disk'));
    expect(states(await open())).toEqual(['out']);
  });
});
