import { describe, expect, it } from 'vitest';
import type { ChunkReaderFactory } from '../serving/exchange.ts';
import { MediaAnswer } from '../serving/media-answer.ts';
import { ModelledDisks } from '../testing/modelled-disks.ts';
import { ocaWith, tokenFor } from '../testing/oca-fixture.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import type { FileEntry } from './disk-store.ts';
import { DiskDrive } from './model/disk-drive.ts';
import { HARD_DISK, HardDisk } from './model/hard-disk.ts';

const MIB = 2 ** 20;
const RUN_MS = 8000;

/** Bytes of no interest: one buffer for all. */
const anyBuffer = new Uint8Array(MIB);
const intoAnyBuffer: ChunkReaderFactory = (file) => ({
  async read(position, maxBytes) {
    return anyBuffer.subarray(0, await file.read(anyBuffer.subarray(0, maxBytes), position));
  },
  release() {},
});

/** An OCA on modelled disks, and viewers who ask for one MiB after the other. */
async function scene(disks: number) {
  const clock = new VirtualClock();
  const store = new ModelledDisks(clock, disks);
  // More than the disks give: nothing is to be shed here.
  const { oca } = await ocaWith([], { clock, disks: store, config: { capacityBps: 1e11 } });
  const token = tokenFor('film', 3_600_000, clock.wallMs());
  const waitsMs = (file: FileEntry, startByte: number, pauseMs = 0): number[] => {
    const waits: number[] = [];
    const watch = async (): Promise<void> => {
      for (let at = startByte; at + MIB <= file.sizeBytes; at += MIB) {
        const askedAtMs = clock.nowMs();
        const headers = { range: `bytes=${at}-${at + MIB - 1}` };
        const head = { method: 'GET', target: `/${token}/${file.fileId}`, headers, clientAddress: '127.0.0.1' };
        const answer = new MediaAnswer(oca.media, head, { chunkBytes: MIB, readerOf: intoAnyBuffer });
        await answer.plan;
        while (await answer.read());
        waits.push(clock.nowMs() - askedAtMs);
        if (pauseMs > 0) await new Promise<void>((resolve) => clock.schedule(pauseMs, resolve));
      }
    };
    void watch();
    return waits;
  };
  const mbPerSecond = (disk: number): number => (store.drives[disk]?.drive.readBytes ?? 0) / 1e3 / clock.nowMs();
  return { clock, store, waitsMs, mbPerSecond };
}

const crowd = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** As good as random, in 0 to 2^20 - 1. */
const scattered = (n: number): number => Math.imul(n, 2_654_435_761) >>> 12;

describe('a modelled hard disk', () => {
  const readingMbPerSecond = async (readers: number, bytes: number, inOrder: boolean): Promise<number> => {
    const clock = new VirtualClock();
    const drive = new DiskDrive(new HardDisk({ ...HARD_DISK, sizeBytes: 2 ** 40 }), clock);
    const read = async (reader: number): Promise<void> => {
      for (let i = 0; ; i++) {
        const place = inOrder ? reader * 16 * 2 ** 30 + i * bytes : scattered(i * 64 + reader) * MIB;
        await drive.read(place, bytes);
      }
    };
    for (const reader of crowd(readers)) void read(reader);
    await clock.advance(4000);
    return drive.readBytes / 1e3 / clock.nowMs();
  };

  it('reads 171 MB/s in one go, within ten percent of what such a disk does', async () => {
    expect(await readingMbPerSecond(1, MIB, true)).toBeGreaterThan(154);
    expect(await readingMbPerSecond(1, MIB, true)).toBeLessThan(191);
  });

  it('positions 80 times a second one by one, and more than twice as often with 32 at a time', async () => {
    const one = (await readingMbPerSecond(1, 4096, false)) * 1e6;
    expect(one / 4096).toBeGreaterThan(60);
    expect(one / 4096).toBeLessThan(100);
    const many = (await readingMbPerSecond(32, 4096, false)) * 1e6;
    expect(many / one).toBeGreaterThan(2);
  });

  it('gives 64 readers of small parts next to nothing', async () => {
    expect(await readingMbPerSecond(64, 64 * 1024, true)).toBeLessThan(45);
  });
});

describe('64 viewers of cold files', () => {
  it('get more than 100 MB/s out of one hard disk, and each gets his share', async () => {
    const { clock, store, waitsMs, mbPerSecond } = await scene(1);
    const viewers = crowd(64).map((i) => waitsMs(store.add(0, i), i * 3 * MIB));
    await clock.advance(RUN_MS);
    expect(mbPerSecond(0)).toBeGreaterThan(100);
    const served = viewers.map((waits) => waits.length);
    expect(Math.min(...served)).toBeGreaterThan(Math.max(...served) / 2);
  });

  it('do not hold up those of what lies in memory', async () => {
    const { clock, store, waitsMs } = await scene(1);
    for (const i of crowd(64)) waitsMs(store.add(0, i), 0);
    const hot = crowd(2).map((i) => waitsMs(store.add(0, 64 + i, true), 0, 50));
    await clock.advance(RUN_MS);
    for (const waits of hot) {
      expect(waits.length).toBeGreaterThan(100);
      expect(Math.max(...waits)).toBeLessThanOrEqual(5);
    }
  });

  it('of one disk leave another one 95 % of its speed', async () => {
    const ofSecondDisk = async (crowdOnFirst: number): Promise<number> => {
      const { clock, store, waitsMs, mbPerSecond } = await scene(2);
      for (const i of crowd(crowdOnFirst)) waitsMs(store.add(0, i), 0);
      for (const i of crowd(8)) waitsMs(store.add(1, i), 0);
      await clock.advance(RUN_MS);
      return mbPerSecond(1);
    };
    expect(await ofSecondDisk(64)).toBeGreaterThan(0.95 * (await ofSecondDisk(0)));
  });

  it('who watch the same film cost the disk one read', async () => {
    const { clock, store, waitsMs } = await scene(1);
    const film = store.add(0, 1);
    const viewers = crowd(64).map(() => waitsMs(film, 0, 1000));
    await clock.advance(3900);
    expect(viewers.every((waits) => waits.length === 4)).toBe(true);
    expect(store.drives[0]?.drive.readBytes).toBe(4 * MIB);
  });
});
