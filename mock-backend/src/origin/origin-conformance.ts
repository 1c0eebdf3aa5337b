import { createHash } from 'node:crypto';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import type { Origin } from './origin.ts';
import { isOriginError, type OriginErrorCode } from './origin-error.ts';

export interface OriginCase {
  readonly name: string;
  /** Throws when the origin does not behave. The origin given is empty. */
  run(origin: Origin): Promise<void>;
}

/** What every origin must do, as plain cases: run each against a fresh, empty origin. */
export const ORIGIN_CONFORMANCE: readonly OriginCase[] = [
  {
    name: 'gives back the bytes that were put',
    async run(origin) {
      const bytes = sampleBytes(700_001);
      await origin.put(inChunks(bytes, 64_000), idOf(bytes));
      expectSame(await readAll(origin, idOf(bytes)), bytes);
      expect((await origin.read(idOf(bytes)))?.sizeBytes === bytes.length, 'size of the whole file');
    },
  },
  {
    name: 'reads from a later byte on, and nothing past the end',
    async run(origin) {
      const bytes = sampleBytes(300_000);
      await origin.put(inChunks(bytes, 100_000), idOf(bytes));
      expectSame(await readAll(origin, idOf(bytes), 299_000), bytes.subarray(299_000));
      expectSame(await readAll(origin, idOf(bytes), 300_000), new Uint8Array());
    },
  },
  {
    name: 'knows what it holds and what it lacks',
    async run(origin) {
      const bytes = sampleBytes(10);
      expect(!(await origin.has(idOf(bytes))), 'lacks it before');
      expect((await origin.read(idOf(bytes))) === undefined, 'reads nothing before');
      await origin.put(inChunks(bytes, 10), idOf(bytes));
      expect(await origin.has(idOf(bytes)), 'has it after');
    },
  },
  {
    name: 'refuses bytes that have another hash, and keeps none of them',
    async run(origin) {
      const wrongId = idOf(sampleBytes(11));
      await expectCode('origin/content-mismatch', () => origin.put(inChunks(sampleBytes(10), 10), wrongId));
      expect(!(await origin.has(wrongId)), 'nothing kept');
    },
  },
  {
    name: 'keeps nothing of a source that breaks off',
    async run(origin) {
      const bytes = sampleBytes(1000);
      const broken = async function* () {
        yield bytes.subarray(0, 500);
        throw new Error('connection lost');
      };
      await expectCode('origin/storage', () => origin.put(broken(), idOf(bytes)));
      expect(!(await origin.has(idOf(bytes))), 'nothing kept');
    },
  },
  {
    name: 'takes the same file twice, also at once',
    async run(origin) {
      const bytes = sampleBytes(200_000);
      await Promise.all([1, 2, 3].map(() => origin.put(inChunks(bytes, 50_000), idOf(bytes))));
      await origin.put(inChunks(bytes, 50_000), idOf(bytes));
      expectSame(await readAll(origin, idOf(bytes)), bytes);
    },
  },
  {
    name: 'refuses names that are no file ids',
    async run(origin) {
      for (const name of ['', '../x', 'A'.repeat(32), `${'a'.repeat(31)}/`, `${'0'.repeat(32)}\n`, 'titles/x.json']) {
        await expectCode('origin/invalid-name', () => origin.put(inChunks(sampleBytes(1), 1), name));
        await expectCode('origin/invalid-name', () => origin.read(name));
        await expectCode('origin/invalid-name', () => origin.has(name));
      }
    },
  },
  {
    name: 'lists titles by id, the newest text of each',
    async run(origin) {
      expect((await origin.listTitles()).length === 0, 'empty at first');
      await origin.putTitle(sampleTitle('b', 'Second'));
      await origin.putTitle(sampleTitle('a', 'First draft'));
      await origin.putTitle(sampleTitle('a', 'First'));
      const names = (await origin.listTitles()).map((title) => `${title.titleId}:${title.name}`).join();
      expect(names === 'a:First,b:Second', `titles were ${names}`);
    },
  },
  {
    name: 'refuses titles of a wrong shape',
    async run(origin) {
      await expectCode('origin/invalid-title', () => origin.putTitle(sampleTitle('../a', 'Outside')));
      await expectCode('origin/invalid-title', () => origin.putTitle({ ...sampleTitle('a', 'Empty'), renditions: [] }));
      expect((await origin.listTitles()).length === 0, 'nothing kept');
    },
  },
];

function sampleBytes(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 31 + count) % 251);
}

function idOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

async function* inChunks(bytes: Uint8Array, chunkBytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function readAll(origin: Origin, fileId: string, fromByte?: number): Promise<Uint8Array> {
  const file = await origin.read(fileId, fromByte);
  if (!file) throw new Error(`the origin lacks ${fileId}`);
  return new Uint8Array(await new Response(file.stream).arrayBuffer());
}

async function expectCode(code: OriginErrorCode, run: () => Promise<unknown>): Promise<void> {
  const outcome = await (async () => run())().then(
    () => 'success',
    (error) => (isOriginError(error) ? error.code : `another error: ${error}`),
  );
  expect(outcome === code, `expected ${code}, got ${outcome}`);
}

function expectSame(actual: Uint8Array, wanted: Uint8Array): void {
  expect(Buffer.from(actual).equals(wanted), `expected ${wanted.length} bytes, got ${actual.length} or others`);
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function sampleTitle(titleId: string, name: string): CatalogTitle {
  const sha256 = 'ab'.repeat(32);
  const index = { initBase64: 'AAAA', initEnd: 3, offset0: 10, sizes: [90], durationsMs: [2000] };
  const file = {
    fileId: sha256.slice(0, 32),
    etag: '"1-64"',
    sizeBytes: 100,
    codec: 'avc1.64001f',
    averageBps: 360,
    peakBps: 360,
  };
  const video = { widthPx: 16, heightPx: 16, frameRate: 25 };
  const licence = { territories: 'worldwide' as const };
  return {
    titleId,
    name,
    durationMs: 2000,
    licence,
    renditions: [{ kind: 'video', renditionId: 'v16', ...file, index, video, sha256 }],
  };
}
