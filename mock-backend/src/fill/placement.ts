import type { SiteInfo } from '@pressplay/protocol/messages';
import { rendezvousOrder } from '../fleet/rendezvous.ts';

export interface FillOca {
  readonly ocaId: string;
  readonly site: SiteInfo;
}

export interface PlacementRule {
  /** A catalog up to this size is small against any OCA's disks: every OCA holds all of it. */
  readonly smallCatalogBytes: number;
  /** Copies of a file at a site once the catalog is no longer small. */
  readonly copiesPerSite: number;
}

export const PLACEMENT_RULE: PlacementRule = { smallCatalogBytes: 64 * 2 ** 30, copiesPerSite: 2 };

export type Placement =
  | { readonly place: true; readonly reason: 'full-catalog' | 'small-catalog' | 'site-copy' }
  | { readonly place: false; readonly reason: 'held-by-site-peers' };

/**
 * Should this OCA hold this file? Copies inside a site fall by rendezvous hashing, so that a lost or new OCA moves
 * only its own share. `siteOcas` are all OCAs of the site, silent ones too: a restart must not move files.
 */
export function placeFile(
  fileId: string,
  oca: FillOca,
  siteOcas: readonly FillOca[],
  catalogBytes: number,
  rule: PlacementRule = PLACEMENT_RULE,
): Placement {
  if (oca.site.siteClass === 'full-catalog') return { place: true, reason: 'full-catalog' };
  if (catalogBytes <= rule.smallCatalogBytes) return { place: true, reason: 'small-catalog' };
  const chosen = rendezvousOrder(fileId, siteOcas, ({ ocaId }) => ocaId).slice(0, rule.copiesPerSite);
  return chosen.some(({ ocaId }) => ocaId === oca.ocaId)
    ? { place: true, reason: 'site-copy' }
    : { place: false, reason: 'held-by-site-peers' };
}
