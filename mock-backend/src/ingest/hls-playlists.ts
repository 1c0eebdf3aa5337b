import { createHash } from 'node:crypto';
import { mediaPlaylist, segmentRanges, subtitlePlaylist } from '@pressplay/protocol/manifests';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import type { Origin } from '../origin/index.ts';

/**
 * Writes the HLS media playlist of every file of a title into the origin, as a file among its files. On an OCA it lies
 * beside the media it names, so that its relative names stay on that OCA, whichever it is: what content steering needs.
 * ffmpeg reads only what ends like media; OCAs look at no query.
 */
export async function storePlaylists(origin: Origin, title: CatalogTitle): Promise<CatalogTitle> {
  const store = async (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const fileId = sha256.slice(0, 32);
    if (!(await origin.has(fileId))) await origin.put(once(bytes), fileId);
    return { fileId, sha256, sizeBytes: bytes.length };
  };
  const renditions = await Promise.all(
    title.renditions.map(async (rendition) => {
      const { fileId, index } = rendition;
      const text = mediaPlaylist({ uri: `${fileId}?.mp4`, initEnd: index.initEnd, segments: segmentRanges(index) });
      return { ...rendition, playlist: await store(text) };
    }),
  );
  const subtitles = await Promise.all(
    (title.subtitles ?? []).map(async (track) => ({
      ...track,
      playlist: await store(subtitlePlaylist(`${track.fileId}?.vtt`, title.durationMs)),
    })),
  );
  return { ...title, renditions, ...(subtitles.length > 0 && { subtitles }) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
