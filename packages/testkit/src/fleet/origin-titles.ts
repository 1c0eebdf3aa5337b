import { filesOf, loadKeptSample, makeSampleTitle, openFolderOrigin } from '@pressplay/mock-backend/node';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { FleetError } from './fleet-error.ts';
import type { FleetOptions } from './fleet-options.ts';

type Origin = ReturnType<typeof openFolderOrigin>;

export function openOrigin(data: Pick<DataFolder, 'origin'>): Origin {
  return openFolderOrigin(data.origin);
}

/** Puts the small test card that the repository keeps into a data folder: a fleet that starts on it encodes nothing. */
export function addKeptSample(dataDir: string): Promise<CatalogTitle> {
  return loadKeptSample(openOrigin(openDataFolder(dataDir)));
}

/** The titles a fleet starts with. Makes the sample where the origin is empty. */
export async function provideTitles(
  origin: Origin,
  options: Pick<FleetOptions, 'titles' | 'sample' | 'signal' | 'onProgress'>,
): Promise<CatalogTitle[]> {
  const { titles = 'sample' } = options;
  if (titles === 'none') return [];
  const stored = await origin.listTitles();
  if (titles !== 'sample') return titles.map((titleId) => find(stored, titleId));
  return stored.length > 0 ? stored : [await makeSample(origin, options)];
}

function find(stored: readonly CatalogTitle[], titleId: string): CatalogTitle {
  const title = stored.find((candidate) => candidate.titleId === titleId);
  if (title) return title;
  throw new FleetError('fleet/unknown-name', `The origin has no title "${titleId}"`);
}

/** Encodes the test card; without ffmpeg, or where that is enough, takes the small one that the repository keeps. */
async function makeSample(
  origin: Origin,
  { sample = 'kept', signal, onProgress = () => undefined }: Pick<FleetOptions, 'sample' | 'signal' | 'onProgress'>,
): Promise<CatalogTitle> {
  if (sample === 'kept') return loadKeptSample(origin);
  try {
    let told = -1;
    return await makeSampleTitle({
      origin,
      ...(signal ? { signal } : {}),
      onProgress: ({ fraction }) => {
        const percent = Math.floor(fraction * 10) * 10;
        if (percent > told) onProgress(`Making the sample title: ${percent} %`);
        told = percent;
      },
    });
  } catch (error) {
    if (signal?.aborted || !isToolMissing(error)) throw error;
    onProgress('ffmpeg is missing: taking the small sample kept in the repository');
    return loadKeptSample(origin);
  }
}

function isToolMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ingest/tool-missing' || error.code === 'ingest/encode-failed')
  );
}

/** Distinct files of these titles. Those with the same bytes are one file. */
export function countFiles(titles: readonly CatalogTitle[]): number {
  return new Set(titles.flatMap((title) => filesOf(title).map(({ fileId }) => fileId))).size;
}
