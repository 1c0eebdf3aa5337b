import type { FillFile, FillManifest, FillSource } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import type { CatalogEntry } from '../catalog/catalog.ts';
import { type FillOca, placeFile } from './placement.ts';
import { type RankedSources, rankSources } from './rank-sources.ts';

/** A usable OCA as a source: where it serves. */
export interface SourceOca extends FillOca {
  readonly baseUrl: string;
}

export interface ManifestQuestion {
  readonly oca: FillOca;
  readonly holds: ReadonlySet<string>;
  /** All OCAs of the fleet, for placement. */
  readonly fleet: readonly FillOca[];
  readonly usable: readonly SourceOca[];
  readonly titles: readonly CatalogEntry[];
  readonly holdersOf: (fileId: string) => ReadonlySet<string>;
  /** This region first. */
  readonly origins: readonly { readonly regionId: string; readonly baseUrl: string }[];
  readonly signFor: (titleId: string) => string;
  readonly nowMs: number;
}

/** While something is missing, an OCA asks again soon: the next ring's sources appear within moments. */
const REFRESH_WHILE_FILLING_MS = 1000;
const REFRESH_WHEN_FULL_MS = 10_000;

/**
 * What an OCA should hold, in the order to fetch it: titles by publication, each with sound and small renditions
 * first. A file it holds, and one that must wait for a nearer copy, has no sources.
 */
export function fillManifest(question: ManifestQuestion): FillManifest {
  const { oca, fleet, titles, holds } = question;
  const catalogBytes = titles.reduce(
    (sum, { title }) => sum + title.renditions.reduce((s, r) => s + r.sizeBytes, 0),
    0,
  );
  const siteOcas = fleet.filter(({ site }) => site.siteId === oca.site.siteId);
  const files = titles.flatMap((entry) => {
    const wanted = [...entry.title.renditions]
      .sort((a, b) => a.sizeBytes - b.sizeBytes)
      .filter(({ fileId }) => placeFile(fileId, oca, siteOcas, catalogBytes).place);
    const token = wanted.length > 0 ? question.signFor(entry.title.titleId) : '';
    return wanted.map(
      ({ fileId, sha256, sizeBytes }): FillFile => ({
        fileId,
        titleId: entry.title.titleId,
        sha256,
        sizeBytes,
        sources: holds.has(fileId) ? [] : sourcesOf(fileId, token, entry, question),
      }),
    );
  });
  const isFull = files.every(({ fileId }) => holds.has(fileId));
  return { ocaId: oca.ocaId, files, refreshInMs: isFull ? REFRESH_WHEN_FULL_MS : REFRESH_WHILE_FILLING_MS };
}

function sourcesOf(fileId: string, token: string, entry: CatalogEntry, question: ManifestQuestion): FillSource[] {
  const { oca, usable, holdersOf, origins, nowMs } = question;
  const waitedMs = nowMs - entry.knownSinceMs;
  const ranked: RankedSources<SourceOca> = rankSources({ fileId, oca, usable, holders: holdersOf(fileId), waitedMs });
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
