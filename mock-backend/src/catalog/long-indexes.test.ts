import { schemas } from '@pressplay/protocol';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { etagOf, wholeIndex } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import { expectError } from '../testing/expect-error.ts';
import { type MemoryIndexShelf, memoryIndexShelf } from '../testing/memory-index-shelf.ts';
import { config, makeTitle, OCAS, ROUTES, type TestRegion, testRegion } from '../testing/test-region.ts';
import { filesOf } from './title-files.ts';

const SEGMENT_MS = 2000;
const TWO_HOURS_MS = 2 * 3600 * 1000;

/** `makeTitle`'s renditions, with segments of sizes that nobody can foretell. */
function filmOf(durationMs: number): CatalogTitle {
  const count = durationMs / SEGMENT_MS;
  let state = 1;
  const random = (): number => {
    state = Math.imul(state, 48_271) >>> 0;
    return state / 2 ** 32;
  };
  const film = makeTitle('film');
  const renditions = film.renditions.map((rendition) => {
    const sizes = Array.from({ length: count }, () => Math.ceil((rendition.averageBps / 2000) * SEGMENT_MS * random()));
    const sizeBytes = sizes.reduce((sum, size) => sum + size, rendition.index.offset0);
    const index = { ...rendition.index, sizes, durationsMs: sizes.map(() => SEGMENT_MS) };
    return { ...rendition, index, sizeBytes, etag: etagOf(rendition.fileId, sizeBytes) };
  });
  return { ...film, durationMs, renditions };
}

async function fill(region: TestRegion, fileIds: readonly string[]): Promise<void> {
  for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, { fileIds, routes: ROUTES[siteId] ?? [] });
}

const fileIdsOf = (title: CatalogTitle): string[] => filesOf(title).map(({ fileId }) => fileId);

const LONG = filmOf(TWO_HOURS_MS);

async function storedTitle({ store }: TestRegion): Promise<CatalogTitle> {
  const [stored] = await store.titlesSince(0);
  if (!stored) throw new Error('nothing is stored');
  return stored.title;
}

async function published(title = LONG): Promise<{ region: TestRegion; shelf: MemoryIndexShelf; kept: CatalogTitle }> {
  const shelf = memoryIndexShelf();
  const region = testRegion({ indexShelf: shelf });
  await region.publish(title);
  return { region, shelf, kept: await storedTitle(region) };
}

async function dashOf(region: TestRegion) {
  const { manifests } = schemas.PlayResponse.parse((await region.play({ manifests: true })).body);
  return region.call('GET', manifests?.dash ?? '', { from: '198.51.100.7' });
}

describe('a long film', () => {
  it('is kept with its first two minutes, and a file with the rest lies in the origin under the hash of its content', async () => {
    const { shelf, kept } = await published();
    const { indexFile } = kept;
    const [[fileId, bytes] = ['', new Uint8Array()], ...others] = shelf.files;
    expect(others).toEqual([]);
    const sha256 = shelf.sha256Hex(bytes);
    expect(indexFile).toMatchObject({ fileId, sha256, sizeBytes: bytes.length, etag: etagOf(fileId, bytes.length) });
    expect(sha256.slice(0, 32)).toBe(fileId);
    const file = schemas.SegmentIndexFile.parse(JSON.parse(new TextDecoder().decode(bytes)));
    for (const [at, rendition] of kept.renditions.entries()) {
      expect(rendition.index.sizes).toHaveLength(60);
      expect(wholeIndex(rendition, file)).toEqual(LONG.renditions[at]?.index);
    }
  });

  it('cannot be played before its index file is on the servers, and is filled with it', async () => {
    const { region, kept } = await published();
    const media = kept.renditions.map(({ fileId }) => fileId);
    await fill(region, media);
    expectError(await region.play(), 'title/not-live');
    const token = config.ocaTokenFor('core-1-a');
    const manifest = await region.call('GET', '/v1/ocas/core-1-a/fill-manifest', { token });
    const { fileId, sha256, sizeBytes } = kept.indexFile ?? {};
    const wanted = { fileId, sha256, sizeBytes, contentType: 'application/json' };
    expect(manifest.body.files).toContainEqual(expect.objectContaining(wanted));
    await fill(region, fileIdsOf(kept));
    expect((await region.play()).status).toBe(200);
  });

  it('is answered in a few kilobytes that name the file and who holds it, in renewals too', async () => {
    const { region, kept } = await published();
    await fill(region, fileIdsOf(kept));
    // Here it is not.
    await region.report('fjord-1-a', 'fjord-1', { fileIds: kept.renditions.map(({ fileId }) => fileId) });
    const { body } = await region.play();
    const { indexFile, servers, fileSets, playId } = schemas.PlayResponse.parse(body);
    expect(JSON.stringify(body).length).toBeLessThan(8192);
    const { sha256: _, ...told } = kept.indexFile ?? { sha256: '' };
    expect(indexFile).toMatchObject(told);
    const holders = indexFile?.servers.map((at) => servers[at]?.ocaId);
    expect(holders).toContain('fjord-1-b');
    expect(holders).not.toContain('fjord-1-a');
    expect(fileSets.flatMap(({ renditions }) => renditions)).toHaveLength(4);
    const renewal = await region.call('POST', `/v1/plays/${playId}/renew`, { token: 'account-a' });
    expect(renewal.body.fileServers[kept.indexFile?.fileId ?? '']).toEqual(indexFile?.servers);
  });

  it('has all its segments in a DASH manifest, read from the origin once', async () => {
    const { region, shelf, kept } = await published();
    await fill(region, fileIdsOf(kept));
    const { body } = await dashOf(region);
    expect(body.match(/<SegmentURL /g)).toHaveLength((4 * TWO_HOURS_MS) / SEGMENT_MS);
    const { offset0, sizes } = LONG.renditions[1]?.index ?? { offset0: 0, sizes: [] };
    const end = sizes.reduce((sum, size) => sum + size, offset0);
    expect(body).toContain(`mediaRange="${end - (sizes.at(-1) ?? 0)}-${end - 1}"`);
    expect((await dashOf(region)).body.length).toBe(body.length);
    expect(shelf.reads()).toBe(1);
  });

  it('whose file the origin does not give has no DASH manifest until it does', async () => {
    const { region, shelf, kept } = await published();
    await fill(region, fileIdsOf(kept));
    const [[fileId, bytes] = ['', new Uint8Array()]] = shelf.files;
    shelf.files.set(
      fileId,
      bytes.map((byte, at) => (at === 1000 ? byte ^ 1 : byte)),
    );
    expectError(await dashOf(region), 'title/no-index');
    shelf.files.delete(fileId);
    expectError(await dashOf(region), 'title/no-index');
    expect((await region.play()).status).toBe(200);
    shelf.files.set(fileId, bytes);
    expect((await dashOf(region)).status).toBe(200);
  });

  it('published as it is kept must come with a file that fits', async () => {
    const { region, shelf, kept } = await published();
    const put = (title: CatalogTitle) =>
      region.call('PUT', '/v1/titles/film', { token: 'operator-token', body: title });
    expect((await put(kept)).status).toBe(204);
    const [first, ...others] = kept.renditions;
    if (!first) throw new Error('no renditions');
    const shorter = {
      ...first,
      index: { ...first.index, sizes: first.index.sizes.slice(1), durationsMs: first.index.durationsMs.slice(1) },
    };
    expectError(await put({ ...kept, renditions: [shorter, ...others] }), 'request/invalid');
    const larger = { ...first, index: { ...first.index, offset0: first.index.offset0 + 1 } };
    expectError(await put({ ...kept, renditions: [larger, ...others] }), 'request/invalid');
    shelf.files.clear();
    const elsewhere = testRegion({ indexShelf: memoryIndexShelf() });
    const answer = await elsewhere.call('PUT', '/v1/titles/film', { token: 'operator-token', body: kept });
    expectError(answer, 'title/no-index');
  });

  it('is not published where the origin takes nothing', async () => {
    const region = testRegion({ indexShelf: { ...memoryIndexShelf(), put: () => Promise.reject(new Error('full')) } });
    const answer = await region.call('PUT', '/v1/titles/film', { token: 'operator-token', body: LONG });
    expectError(answer, 'title/no-index');
    expect(await region.store.titlesSince(0)).toEqual([]);
  });

  it('stays whole in a region without an origin, which takes no cut one', async () => {
    const region = testRegion();
    await region.publish(LONG);
    expect(await storedTitle(region)).toEqual(LONG);
    const { kept } = await published();
    const answer = await region.call('PUT', '/v1/titles/film', { token: 'operator-token', body: kept });
    expectError(answer, 'request/invalid');
  });
});

it('a film that ends before the cut stays whole, whatever the limit', async () => {
  const shelf = memoryIndexShelf();
  const region = testRegion({ indexShelf: shelf, config: { ...config, inlineIndexBytes: 0 } });
  const short = filmOf(120_000);
  await region.publish(short);
  expect(await storedTitle(region)).toEqual(short);
  expect(shelf.files.size).toBe(0);
});

it('a film that is short enough compressed stays whole, however long its text is', async () => {
  const even = {
    ...LONG,
    renditions: LONG.renditions.map((one) => ({
      ...one,
      index: { ...one.index, sizes: one.index.sizes.map(() => 1000) },
    })),
  };
  expect(JSON.stringify(even).length).toBeGreaterThan(64 * 1024);
  const { kept, shelf } = await published(even);
  expect(kept).toEqual(even);
  expect(shelf.files.size).toBe(0);
});
