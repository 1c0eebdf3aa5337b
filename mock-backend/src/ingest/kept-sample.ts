import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { type Origin, openFolderOrigin } from '../origin/index.ts';
import { storePlaylists } from './hls-playlists.ts';
import { IngestError } from './ingest-error.ts';

/**
 * Copies the sample that the repository keeps into an origin, and gives back its title: no ffmpeg is needed. The origin
 * checks each file's hash.
 */
export async function loadKeptSample(origin: Origin, dir: string = keptSampleDir()): Promise<CatalogTitle> {
  const [kept] = await openFolderOrigin(dir).listTitles();
  if (!kept) throw new IngestError('ingest/source-unreadable', `no kept sample in ${dir}`, { source: dir });
  for (const { fileId } of [...kept.renditions, ...(kept.subtitles ?? [])]) {
    if (!(await origin.has(fileId))) await origin.put(join(dir, 'files', fileId), fileId);
  }
  const title = await storePlaylists(origin, kept);
  await origin.putTitle(title);
  return title;
}

/** `mock-backend/sample-title`, seen from the sources as from the built files: the nearest one upwards. */
export function keptSampleDir(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let dir = start; ; dir = dirname(dir)) {
    const candidate = join(dir, 'sample-title');
    if (existsSync(join(candidate, 'titles'))) return candidate;
    if (dir === dirname(dir))
      throw new IngestError('ingest/source-unreadable', 'the kept sample is not there', { source: start });
  }
}
