import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { testFile } from '../testing/oca-fixture.ts';
import { type DiskStore, writeFile } from './disk-store.ts';
import { MemoryDiskStore } from './memory-disk-store.ts';
import { NodeDiskStore } from './node/node-disk-store.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function onFolders(): Promise<DiskStore> {
  const folder = mkdtempSync(join(tmpdir(), 'oca-disks-'));
  folders.push(folder);
  return NodeDiskStore.open([join(folder, 'disk0'), join(folder, 'disk1')], () => {});
}

async function bytesOf(disks: DiskStore, fileId: string, from: number, length: number): Promise<Uint8Array> {
  const file = await disks.open(fileId);
  const target = new Uint8Array(length);
  let got = 0;
  for (let read = -1; read !== 0 && got < length; got += read) read = await file.read(target.subarray(got), from + got);
  file.close();
  return target.subarray(0, got);
}

const stores = [
  { name: 'in memory', make: async (): Promise<DiskStore> => new MemoryDiskStore() },
  { name: 'in folders', make: onFolders },
];

describe.each(stores)('a disk store $name', ({ make }) => {
  const { entry, bytes } = testFile(5000);

  it('gives back what was written, from any place', async () => {
    const disks = await make();
    await writeFile(disks, entry, bytes);
    await fc.assert(
      fc.asyncProperty(fc.nat(6000), fc.nat(6000), async (from, length) => {
        expect(
          Buffer.compare(await bytesOf(disks, entry.fileId, from, length), bytes.subarray(from, from + length)),
        ).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a file in pieces, from one buffer used again', async () => {
    const disks = await make();
    const writer = await disks.write(entry);
    const buffer = new Uint8Array(1000);
    for (let at = 0; at < 5000; at += 1000) {
      buffer.set(bytes.subarray(at, at + 1000));
      await writer.append(buffer);
    }
    await writer.commit();
    expect(Buffer.compare(await bytesOf(disks, entry.fileId, 0, 5000), bytes)).toBe(0);
    expect([disks.get(entry.fileId), disks.list()]).toEqual([entry, [entry]]);
  });

  it('shows nothing before the commit, and nothing after an abort', async () => {
    const disks = await make();
    const writer = await disks.write(entry);
    await writer.append(bytes);
    expect(disks.list()).toEqual([]);
    await expect(disks.open(entry.fileId)).rejects.toMatchObject({ name: 'DiskError', kind: 'missing' });
    await writer.abort();
    await writer.abort();
    expect(disks.list()).toEqual([]);
  });

  it('refuses to commit what is too short or too long', async () => {
    const disks = await make();
    for (const wrong of [bytes.subarray(1), new Uint8Array(5001)]) {
      await expect(writeFile(disks, entry, wrong)).rejects.toMatchObject({ name: 'DiskError', kind: 'wrong-size' });
    }
    expect(disks.list()).toEqual([]);
  });

  it('forgets a removed file, but lets a running reader finish', async () => {
    const disks = await make();
    await writeFile(disks, entry, bytes);
    const running = await disks.open(entry.fileId);
    await disks.remove(entry.fileId);
    await disks.remove(entry.fileId);
    expect(disks.get(entry.fileId)).toBeUndefined();
    await expect(disks.open(entry.fileId)).rejects.toMatchObject({ kind: 'missing' });
    const target = new Uint8Array(10);
    expect(await running.read(target, 100)).toBe(10);
    expect([...target]).toEqual([...bytes.subarray(100, 110)]);
    running.close();
    running.close();
  });

  it('keeps a file whole when it is written twice at once', async () => {
    const disks = await make();
    await Promise.all([writeFile(disks, entry, bytes), writeFile(disks, entry, bytes)]);
    expect(disks.list()).toEqual([entry]);
    expect(Buffer.compare(await bytesOf(disks, entry.fileId, 0, 5000), bytes)).toBe(0);
  });
});

describe('a memory store that is full', () => {
  it('says so, and has its space again after the abort', async () => {
    const disks = new MemoryDiskStore({ capacityBytes: 6000 });
    const first = testFile(5000);
    const second = testFile(2000, 'film', 2);
    await writeFile(disks, first.entry, first.bytes);
    await expect(writeFile(disks, second.entry, second.bytes)).rejects.toMatchObject({ kind: 'full' });
    await disks.remove(first.entry.fileId);
    await writeFile(disks, second.entry, second.bytes);
    expect(disks.list()).toEqual([second.entry]);
  });
});
