import type { CatalogTitle } from '@pressplay/protocol/messages';
import { etagOf } from '@pressplay/protocol/wire';

/** What the schema cannot see: everything about a title that contradicts itself. Empty when it is sound. */
export function contradictionsOf(title: CatalogTitle): readonly string[] {
  const found: string[] = [];
  const ids = title.renditions.map((rendition) => rendition.renditionId);
  if (new Set(ids).size < ids.length) found.push('renditions: renditionId occurs twice');
  for (const { startsAtMs, endsAtMs } of [title.licence, ...(title.licence.windows ?? [])]) {
    if (startsAtMs !== undefined && endsAtMs !== undefined && startsAtMs >= endsAtMs)
      found.push('licence: ends before it starts');
  }
  found.push(...contradictionsOfSubtitles(title.subtitles ?? []));
  if (title.indexFile && !isNamedByContent(title.indexFile))
    found.push('indexFile: fileId or etag does not follow from its hash and size');
  for (const { renditionId, fileId, sha256, etag, sizeBytes, index } of title.renditions) {
    const mediaEnd = index.sizes.reduce((end, size) => end + size, index.offset0);
    if (!sha256.startsWith(fileId)) found.push(`${renditionId}: fileId is not the first 128 bits of sha256`);
    if (etag !== etagOf(fileId, sizeBytes))
      found.push(`${renditionId}: etag does not follow from fileId and sizeBytes`);
    if (index.sizes.length !== index.durationsMs.length)
      found.push(`${renditionId}: sizes and durationsMs differ in length`);
    if (index.initEnd > index.offset0) found.push(`${renditionId}: the init segment overlaps the first segment`);
    if (mediaEnd > sizeBytes) found.push(`${renditionId}: the segments end at ${mediaEnd}, the file at ${sizeBytes}`);
  }
  return found;
}

function contradictionsOfSubtitles(tracks: NonNullable<CatalogTitle['subtitles']>): readonly string[] {
  const ids = tracks.map(({ trackId }) => trackId);
  const twice = new Set(ids).size < ids.length ? ['subtitles: trackId occurs twice'] : [];
  const wrong = tracks.filter((track) => !isNamedByContent(track));
  return [...twice, ...wrong.map(({ trackId }) => `${trackId}: fileId or etag does not follow from its hash and size`)];
}

type NamedFile = Pick<CatalogTitle['renditions'][number], 'fileId' | 'sha256' | 'etag' | 'sizeBytes'>;

const isNamedByContent = ({ fileId, sha256, etag, sizeBytes }: NamedFile): boolean =>
  sha256.startsWith(fileId) && etag === etagOf(fileId, sizeBytes);
