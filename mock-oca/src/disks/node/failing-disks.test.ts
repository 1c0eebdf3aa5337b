import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mtimeSecondsOf } from '@pressplay/protocol/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ocaWith, type TestFile, testFile, tokenFor } from '../../testing/oca-fixture.ts';
import { type FileEntry, writeFile } from '../disk-store.ts';
import { HANGING_AFTER_MS } from '../failure/judge-disk.ts';
import { type LoadPart, loadByReading } from './load-file.ts';
import { NodeDiskStore } from './node-disk-store.ts';
import { Scratch } from './scratch.ts';

const files = Array.from({ length: 10 }, (_, i) => testFile(20_000 + i, 'film', i));

let folder: string;
let disks: [string, string];
let nowMs: number;
let changes: number;
/** By folder: what its disk does instead of reading. */
let ill: Map<string, () => Promise<void>>;
const loadRightly = loadByReading(new Scratch(100_000));
const loadPart: LoadPart = (file, startByte, endByte) => {
  const does = [...ill].find(([disk]) => file.path.startsWith(disk))?.[1];
  return does ? does() : loadRightly(file, startByte, endByte);
};
const failWith = (code: string) => (): Promise<void> => Promise.reject(Object.assign(new Error(code), { code }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oca-failing-'));
  disks = [join(folder, 'disk0'), join(folder, 'disk1')];
  nowMs = 0;
  changes = 0;
  ill = new Map();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store that asks the disk for every byte, since no kernel is asked what it holds. */
async function filledStore(): Promise<NodeDiskStore> {
  const store = await NodeDiskStore.open(disks, () => {}, { native: undefined, nowMs: () => nowMs, loadPart });
  // With ranks files are dealt out by them, and not by what this folder happens to be called.
  store.rank(files.map((file) => file.entry.fileId));
  for (const { entry, bytes } of files) await writeFile(store, entry, bytes);
  store.onChange(() => {
    changes += 1;
  });
  return store;
}

const heldOn = (disk: string, { entry }: TestFile): boolean => existsSync(join(disk, entry.fileId));
const on = (disk: string): TestFile[] => files.filter((file) => heldOn(disk, file));
const idsOf = (entries: readonly FileEntry[]): string[] => entries.map((entry) => entry.fileId).sort();
const idsOn = (disk: string): string[] => idsOf(on(disk).map((file) => file.entry));

async function read(store: NodeDiskStore, { entry }: TestFile): Promise<Uint8Array> {
  const file = await store.open(entry.fileId);
  const target = new Uint8Array(entry.sizeBytes);
  try {
    await file.read(target, 0);
    return target;
  } finally {
    file.close();
  }
}

/** As the loop does, and until what it began is over. */
async function tend(store: NodeDiskStore, afterMs: number): Promise<void> {
  nowMs += afterMs;
  await store.tend();
  // A look at a disk is a few questions to the kernel, one after the other; by then each of these is long answered.
  for (let i = 0; i < 40; i++) await stat(folder);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await store.settled();
}

const stateOf = (store: NodeDiskStore, disk: string): string | undefined =>
  store.disks().find((each) => each.disk === disk)?.state;

describe('a disk that', () => {
  it('errs is out at once: its files are gone, and the other one serves on', async () => {
    const store = await filledStore();
    const [first, second] = [on(disks[0]), on(disks[1])];
    ill.set(disks[0], failWith('EIO'));
    await expect(read(store, first[0] as TestFile)).rejects.toMatchObject({ name: 'DiskError', kind: 'missing' });
    expect([stateOf(store, disks[0]), changes]).toEqual(['out', 1]);
    expect(idsOf(store.list())).toEqual(idsOf(second.map((file) => file.entry)));
    for (const file of second) expect(Buffer.compare(await read(store, file), file.bytes)).toBe(0);
  });

  it('is out gets its files anew on the other one by the next fill', async () => {
    const store = await filledStore();
    const lost = on(disks[0]);
    ill.set(disks[0], failWith('EIO'));
    await read(store, lost[0] as TestFile).catch(() => {});
    for (const { entry, bytes } of lost) await writeFile(store, entry, bytes);
    expect(store.list()).toHaveLength(files.length);
    expect(idsOn(disks[1])).toHaveLength(files.length);
  });

  it('vanishes is noticed within a round, also when nobody reads, and is not written to', async () => {
    const store = await filledStore();
    const lost = on(disks[0]);
    renameSync(disks[0], `${disks[0]}-away`);
    // What a mount point is without its disk.
    mkdirSync(disks[0]);
    await tend(store, 1000);
    expect([stateOf(store, disks[0]), changes]).toEqual(['out', 1]);
    await writeFile(store, (lost[0] as TestFile).entry, (lost[0] as TestFile).bytes);
    expect(heldOn(disks[0], lost[0] as TestFile)).toBe(false);
  });

  it('vanishes under a request is out by that request', async () => {
    const store = await filledStore();
    const [file] = on(disks[0]) as [TestFile];
    store.close();
    renameSync(disks[0], `${disks[0]}-away`);
    await expect(store.open(file.entry.fileId)).rejects.toMatchObject({ kind: 'missing' });
    expect(stateOf(store, disks[0])).toBe('out');
  });

  it('hangs is out after eight seconds, and whoever waits for it waits no longer', async () => {
    const store = await filledStore();
    let waiting: Promise<unknown> = Promise.resolve();
    await new Promise<void>((asked) => {
      ill.set(disks[0], () => new Promise(() => asked()));
      waiting = read(store, on(disks[0])[0] as TestFile).catch((error: Error) => error.message);
    });
    for (let at = 1000; at < HANGING_AFTER_MS; at += 1000) await tend(store, 1000);
    await tend(store, 999);
    expect(stateOf(store, disks[0])).toBe('serving');
    await tend(store, 1);
    expect(stateOf(store, disks[0])).toBe('out');
    expect(await waiting).toContain('out of use');
  });

  it('only seems to hang, since this process was stopped, stays in use', async () => {
    const store = await filledStore();
    let answer = (): void => {};
    let waiting: Promise<unknown> = Promise.resolve();
    await new Promise<void>((asked) => {
      ill.set(
        disks[0],
        () =>
          new Promise((resolve) => {
            answer = resolve;
            asked();
          }),
      );
      waiting = read(store, on(disks[0])[0] as TestFile);
    });
    await tend(store, 1000);
    await tend(store, 60_000);
    answer();
    await waiting;
    await tend(store, 1000);
    expect(stateOf(store, disks[0])).toBe('serving');
  });

  it('reads slowly again and again is out', async () => {
    const store = await filledStore();
    ill.set(disks[0], async () => {
      nowMs += 5000;
    });
    for (const file of [...on(disks[0]), ...on(disks[0])]) {
      if (stateOf(store, disks[0]) === 'serving') await read(store, file).catch(() => {});
      store.close();
    }
    expect(store.disks()[0]).toMatchObject({ state: 'out', reason: expect.stringContaining('slow') });
  });

  it('comes back serves again, after every file was read and hashed, without those that have become wrong', async () => {
    const store = await filledStore();
    const [changed, ...right] = on(disks[0]) as [TestFile, ...TestFile[]];
    renameSync(disks[0], `${disks[0]}-away`);
    await tend(store, 1000);
    const path = join(`${disks[0]}-away`, changed.entry.fileId);
    writeFileSync(path, Buffer.from(readFileSync(path)).fill(7, 100, 101));
    utimesSync(path, mtimeSecondsOf(changed.entry.fileId), mtimeSecondsOf(changed.entry.fileId));
    renameSync(`${disks[0]}-away`, disks[0]);
    await tend(store, 1000);
    expect(stateOf(store, disks[0])).toBe('out');
    await tend(store, 10_000);
    expect(stateOf(store, disks[0])).toBe('serving');
    expect(store.get(changed.entry.fileId)).toBeUndefined();
    expect(heldOn(disks[0], changed)).toBe(false);
    for (const file of right) expect(Buffer.compare(await read(store, file), file.bytes)).toBe(0);
    expect(store.list()).toHaveLength(files.length - 1);
  });

  it('comes back still ill stays out', async () => {
    const store = await filledStore();
    ill.set(disks[0], failWith('EIO'));
    await read(store, on(disks[0])[0] as TestFile).catch(() => {});
    await tend(store, 10_000);
    expect([stateOf(store, disks[0]), idsOf(store.list())]).toEqual(['out', idsOn(disks[1])]);
    ill.clear();
    await tend(store, 10_000);
    expect(store.list()).toHaveLength(files.length);
  });

  it('comes back empty, or as another one, is not taken for the old one', async () => {
    const store = await filledStore();
    renameSync(disks[0], `${disks[0]}-away`);
    await tend(store, 1000);
    mkdirSync(disks[0]);
    writeFileSync(join(disks[0], '.pressplay-disk'), 'another\n');
    await tend(store, 10_000);
    expect(stateOf(store, disks[0])).toBe('out');
  });
});

describe('an OCA with two disks', () => {
  const get = async (oca: { fetch: Awaited<ReturnType<typeof ocaWith>>['oca']['fetch'] }, { entry }: TestFile) => {
    const response = await oca.fetch(new Request(`http://oca/${tokenFor()}/${entry.fileId}`), { clientAddress: '1' });
    return response.status === 200 ? response.arrayBuffer().then(() => 200) : response.status;
  };

  it('stays healthy and serves on when one errs, and says that its files are gone', async () => {
    const store = await filledStore();
    const { oca } = await ocaWith([], { disks: store });
    const [lost, kept] = [on(disks[0])[0] as TestFile, on(disks[1])[0] as TestFile];
    ill.set(disks[0], failWith('EIO'));
    await expect(get(oca, lost)).rejects.toThrow();
    expect(await Promise.all([get(oca, lost), get(oca, kept)])).toEqual([404, 200]);
    expect(oca.health()).toMatchObject({ verdict: 'healthy' });
    ill.set(disks[1], failWith('EIO'));
    const other = on(disks[1])[1] as TestFile;
    await expect(get(oca, other)).rejects.toThrow();
    expect(oca.health()).toMatchObject({ verdict: 'failing', reason: 'no disk can be used' });
  });

  it('drops one file that was deleted under it, and nothing else', async () => {
    const store = await filledStore();
    const [gone] = on(disks[0]) as [TestFile];
    store.close();
    unlinkSync(join(disks[0], gone.entry.fileId));
    await expect(store.open(gone.entry.fileId)).rejects.toMatchObject({ kind: 'missing' });
    expect([stateOf(store, disks[0]), store.list().length, changes]).toEqual(['serving', files.length - 1, 1]);
  });
});
