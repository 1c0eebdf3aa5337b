import { schemas } from '@pressplay/protocol';
import type { CatalogTitle, SegmentIndexFile } from '@pressplay/protocol/messages';
import { checksumOf, cutIndexes, etagOf, wholeIndex } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import { invalid } from '../request-body.ts';
import { contradictionsOf } from './check-title.ts';
import type { IndexShelf } from './index-shelf.ts';
import type { LeanTitle } from './lean-title.ts';

/** Segment indexes are sent whole up to this, compressed. */
export const INLINE_INDEX_BYTES = 32 * 1024;
/** Index files at hand: of two hours each takes half a megabyte as numbers. */
const FILES_KEPT = 16;

type IndexFileOf = NonNullable<CatalogTitle['indexFile']>;
type CatalogRendition = CatalogTitle['renditions'][number];

const encoder = new TextEncoder();

/**
 * Cuts the indexes of long films when they are published, and puts them together again for who needs them whole. A region
 * without a shelf leaves titles as they are.
 */
export class LongIndexes {
  readonly #shelf: IndexShelf | undefined;
  readonly #limitBytes: number;
  /** The one used last comes last. */
  readonly #files = new Map<string, Promise<SegmentIndexFile>>();

  constructor(shelf: IndexShelf | undefined, limitBytes = INLINE_INDEX_BYTES) {
    this.#shelf = shelf;
    this.#limitBytes = limitBytes;
  }

  /**
   * The title as the catalog keeps it: one that is too long gets an index file, which then lies in the origin; one that
   * comes with such a file must fit it.
   */
  async forCatalog(title: CatalogTitle): Promise<CatalogTitle> {
    const shelf = this.#shelf;
    if (title.indexFile) return this.#checked(title, title.indexFile);
    const whole = encoder.encode(JSON.stringify(title.renditions.map(({ index }) => index)));
    // Compression only makes it smaller.
    if (!shelf || whole.length <= this.#limitBytes || (await shelf.gzippedBytes(whole)) <= this.#limitBytes)
      return title;
    const { renditions, file } = cutIndexes(title.renditions);
    if (file.renditions.every(({ sizes }) => sizes.length === 0)) return title;
    const bytes = encoder.encode(JSON.stringify(file));
    const indexFile = indexFileOf(bytes, shelf.sha256Hex(bytes));
    await shelf.put(indexFile.fileId, bytes).catch((error) => {
      const message = 'The title was not published: its index file cannot be written to the origin now.';
      throw new ApiError('title/no-index', message, { titleId: title.titleId }, { cause: error });
    });
    return { ...title, renditions: [...renditions], indexFile };
  }

  /** Some renditions of a title with all their segments. */
  async whole(
    { title, renditionJson }: LeanTitle,
    wanted: readonly { readonly renditionId: string }[],
  ): Promise<CatalogRendition[]> {
    const ids = new Set(wanted.map(({ renditionId }) => renditionId));
    const { titleId, indexFile } = title;
    const file = indexFile && (await this.#file(titleId, indexFile));
    return title.renditions.flatMap((kept) => {
      const rendition = ids.has(kept.renditionId) ? renditionJson.read(kept.renditionId) : undefined;
      if (!rendition) return [];
      const index = file ? wholeIndex(rendition, file) : rendition.index;
      if (!index) throw noIndex(titleId, new Error(`The index file does not fit rendition ${kept.renditionId}.`));
      return [{ ...kept, index }];
    });
  }

  async #checked(title: CatalogTitle, indexFile: IndexFileOf): Promise<CatalogTitle> {
    if (!this.#shelf) throw invalid('The title', ['indexFile: this region has no origin to read it from']);
    const file = await this.#file(title.titleId, indexFile);
    const renditions = title.renditions.map((rendition) => ({ ...rendition, index: wholeIndex(rendition, file) }));
    const lacking = renditions.flatMap(({ index, renditionId }) => (index ? [] : [renditionId]));
    if (lacking.length > 0) throw invalid('The title', [`indexFile: does not fit ${lacking.join(', ')}`]);
    const contradictions = contradictionsOf({ ...title, renditions: renditions as CatalogRendition[] });
    if (contradictions.length > 0) throw invalid('The title with its index file', contradictions);
    return title;
  }

  #file(titleId: string, indexFile: IndexFileOf): Promise<SegmentIndexFile> {
    const { fileId } = indexFile;
    const file = this.#files.get(fileId) ?? this.#read(indexFile);
    this.#files.delete(fileId);
    this.#files.set(fileId, file);
    for (const oldest of this.#files.keys()) if (this.#files.size > FILES_KEPT) this.#files.delete(oldest);
    return file.catch((error) => {
      if (this.#files.get(fileId) === file) this.#files.delete(fileId);
      throw noIndex(titleId, error);
    });
  }

  async #read({ fileId, sizeBytes, checksum }: IndexFileOf): Promise<SegmentIndexFile> {
    const bytes = await this.#shelf?.read(fileId);
    if (!bytes) throw new Error(`The origin does not hold ${fileId}.`);
    if (bytes.length !== sizeBytes || checksumOf(bytes) !== checksum) throw new Error(`${fileId} holds other bytes.`);
    return schemas.SegmentIndexFile.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }
}

function indexFileOf(bytes: Uint8Array, sha256: string): IndexFileOf {
  const fileId = sha256.slice(0, 32);
  return { fileId, sha256, etag: etagOf(fileId, bytes.length), sizeBytes: bytes.length, checksum: checksumOf(bytes) };
}

const noIndex = (titleId: string, cause: unknown): ApiError =>
  new ApiError(
    'title/no-index',
    'The segments of this film cannot be read from the origin now: try again, or play its HLS manifest.',
    { titleId },
    { cause },
  );
