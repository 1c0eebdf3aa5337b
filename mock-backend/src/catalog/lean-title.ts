import type { CatalogTitle, Rendition } from '@pressplay/protocol/messages';
import type { KeptTitle } from './kept-title.ts';

export interface LeanTitle {
  readonly title: KeptTitle;
  /** As a play response carries them, with their segments: JSON in UTF-8. */
  readonly renditionJson: RenditionJson;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The renditions of one title as text, end to end: ten thousand films are as many pieces of memory, not a hundred thousand. */
export class RenditionJson {
  readonly #ids: readonly string[];
  readonly #ends: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(renditions: readonly Rendition[]) {
    const texts = renditions.map((rendition) => encoder.encode(JSON.stringify(rendition)));
    this.#ids = renditions.map(({ renditionId }) => renditionId);
    this.#ends = new Uint32Array(texts.length);
    this.#bytes = new Uint8Array(texts.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const [number, text] of texts.entries()) {
      this.#bytes.set(text, at);
      at += text.byteLength;
      this.#ends[number] = at;
    }
  }

  /** Shares the memory of all: to be read only. */
  get(renditionId: string): Uint8Array | undefined {
    const number = this.#ids.indexOf(renditionId);
    return number < 0 ? undefined : this.#bytes.subarray(this.#ends[number - 1] ?? 0, this.#ends[number]);
  }

  read(renditionId: string): Rendition | undefined {
    const text = this.get(renditionId);
    return text && (JSON.parse(decoder.decode(text)) as Rendition);
  }
}

/**
 * The segments are most of a title, as numbers of JavaScript twice what they are as text. Plays carry them as bytes; what
 * else asks for them is rare, and reads them from these.
 */
export function leanTitle(title: CatalogTitle): LeanTitle {
  const renditionJson = new RenditionJson(
    title.renditions.map(({ sha256: _sha256, playlist: _playlist, ...rendition }) => rendition satisfies Rendition),
  );
  const renditions = title.renditions.map(({ index: _index, ...kept }) => kept);
  return { title: { ...title, renditions }, renditionJson };
}
