import type { FillFile, FillManifest, FillSource, SiteClass } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import type { TitleFile } from '../catalog/title-files.ts';
import { type FillOca, placeFile } from './placement.ts';
import { type RankedSources, rankSources } from './rank-sources.ts';

/** A usable OCA as a source: where it serves. */
export interface SourceOca extends FillOca {
  readonly baseUrl: string;
}

export interface ManifestQuestion {
  readonly oca: FillOca;
  readonly holds: Pick<ReadonlySet<string>, 'has'>;
  /** All OCAs of the fleet, for placement. */
  readonly fleet: readonly FillOca[];
  readonly usable: readonly SourceOca[];
  readonly titles: readonly CatalogEntry[];
  readonly holdersOf: (fileId: string) => Pick<ReadonlySet<string>, 'has'>;
  /** Classes of the sites this fleet has, whether their OCAs report or not. */
  readonly siteClasses: readonly SiteClass[];
  /** This region first. */
  readonly origins: readonly { readonly regionId: string; readonly baseUrl: string }[];
  readonly signFor: (titleId: string) => string;
  readonly nowMs: number;
  /** When an OCA that holds everything asks again. */
  readonly refreshWhenFullMs: number;
}

/** While something is missing, an OCA asks again soon: the next ring's sources appear within moments. */
const REFRESH_WHILE_FILLING_MS = 1000;

/**
 * What an OCA should hold, in the order to fetch it: titles by publication, each with sound and small renditions
 * first. A file it holds already has no sources; one whose turn has not come is left out until then.
 */
export function fillManifest(question: ManifestQuestion): FillManifest {
  const { oca, titles, holds } = question;
  const catalogBytes = titles.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wanted = titles.map((entry) => ({ entry, files: wantedOf(entry, catalogBytes, question) }));
  const files = wanted.flatMap(({ entry, files }) => {
    const token = files.some(({ fileId }) => !holds.has(fileId)) ? question.signFor(entry.titleId) : '';
    return files.flatMap((file): FillFile[] => {
      const { fileId } = file;
      const sources = holds.has(fileId) ? [] : sourcesOf(fileId, token, entry, question);
      const waits = sources.length === 0 && !holds.has(fileId);
      return waits ? [] : [{ ...file, titleId: entry.titleId, sources }];
    });
  });
  const isFull = wanted.every(({ files }) => files.every(({ fileId }) => holds.has(fileId)));
  return { ocaId: oca.ocaId, files, refreshInMs: isFull ? question.refreshWhenFullMs : REFRESH_WHILE_FILLING_MS };
}

function wantedOf(entry: CatalogEntry, catalogBytes: number, { oca, fleet }: ManifestQuestion): TitleFile[] {
  const siteOcas = fleet.filter(({ site }) => site.siteId === oca.site.siteId);
  return entry.files
    .filter(({ fileId }) => placeFile(fileId, oca, siteOcas, catalogBytes).place)
    .sort((a, b) => a.sizeBytes - b.sizeBytes);
}

function sourcesOf(fileId: string, token: string, entry: CatalogEntry, question: ManifestQuestion): FillSource[] {
  const { oca, usable, holdersOf, origins, nowMs } = question;
  const waitedMs = nowMs - entry.knownSinceMs;
  const ranked: RankedSources<SourceOca> = rankSources({
    fileId,
    oca,
    usable,
    holders: holdersOf(fileId),
    siteClasses: question.siteClasses,
    waitedMs,
  });
  const fromOca = (kind: 'peer' | 'tier') => (one: SourceOca) => ({
    kind,
    from: one.ocaId,
    url: mediaUrl(one.baseUrl, token, fileId),
  });
  const fromOrigin = ({ regionId, baseUrl }: { regionId: string; baseUrl: string }) => ({
    kind: 'origin' as const,
    from: regionId,
    url: mediaUrl(`${baseUrl}/v1/origin`, token, fileId),
  });
  return [
    ...ranked.peers.map(fromOca('peer')),
    ...ranked.tiers.map(fromOca('tier')),
    ...(ranked.origin ? origins.map(fromOrigin) : []),
  ];
}
