import type { CatalogTitle } from '@pressplay/protocol/messages';

type WithoutIndex<R> = R extends unknown ? Omit<R, 'index'> : never;

export type KeptRendition = WithoutIndex<CatalogTitle['renditions'][number]>;

/** A title as this region has it at hand: all but the segments. */
export type KeptTitle = Omit<CatalogTitle, 'renditions'> & { readonly renditions: readonly KeptRendition[] };
