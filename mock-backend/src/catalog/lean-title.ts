import type { CatalogTitle, Rendition, SegmentIndex } from '@pressplay/protocol/messages';

export interface LeanTitle {
  /** As it was, but that a segment index is read from the bytes by whoever asks for it. */
  readonly title: CatalogTitle;
  /** By rendition id, as a play response carries them: JSON in UTF-8. */
  readonly renditionJson: ReadonlyMap<string, Uint8Array>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The indexes are nearly all of a title: of a two-hour film a hundred thousand bytes and more, as numbers of JavaScript
 * twice that again. Plays carry them as bytes; what else asks for them is rare.
 */
export function leanTitle(title: CatalogTitle): LeanTitle {
  const renditionJson = new Map<string, Uint8Array>();
  const renditions = title.renditions.map((whole) => {
    const { sha256: _sha256, playlist: _playlist, ...rendition } = whole;
    const bytes = encoder.encode(JSON.stringify(rendition satisfies Rendition));
    renditionJson.set(rendition.renditionId, bytes);
    return Object.defineProperty({ ...whole }, 'index', {
      enumerable: true,
      get: (): SegmentIndex => (JSON.parse(decoder.decode(bytes)) as Rendition).index,
    });
  });
  return { title: { ...title, renditions }, renditionJson };
}
