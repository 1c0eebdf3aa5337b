import type { CatalogTitle, Rendition } from '@pressplay/protocol/messages';
import type { KeptTitle } from './kept-title.ts';

export interface LeanTitle {
  readonly title: KeptTitle;
  /** As a play response carries them, with their segments: JSON in UTF-8. */
  readonly renditionJson: RenditionJson;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const COMMA = 0x2c;

/**
 * The renditions of one title as text, end to end with commas between: ten thousand films are as many pieces of memory, not a
 * hundred thousand, and neighbours are a list of JSON as they lie there.
 */
export class RenditionJson {
  readonly #ids: readonly string[];
  readonly #ends: Uint32Array;
  readonly #bytes: Uint8Array;

  constructor(renditions: readonly Rendition[]) {
    const texts = renditions.map((rendition) => encoder.encode(JSON.stringify(rendition)));
    this.#ids = renditions.map(({ renditionId }) => renditionId);
    this.#ends = new Uint32Array(texts.length);
    this.#bytes = new Uint8Array(texts.reduce((sum, { byteLength }) => sum + byteLength + 1, 0)).fill(COMMA);
    let at = 0;
    for (const [number, text] of texts.entries()) {
      this.#bytes.set(text, at);
      this.#ends[number] = at + text.byteLength;
      at += text.byteLength + 1;
    }
  }

  /** Shares the memory of all: to be read only. */
  get(renditionId: string): Uint8Array | undefined {
    const number = this.#ids.indexOf(renditionId);
    return number < 0 ? undefined : this.#between(number, number);
  }

  /** Several, in their order here, in as few pieces as possible; a comma belongs between two pieces. Read only, too. */
  pieces(isWanted: (renditionId: string) => boolean): Uint8Array[] {
    const found: Uint8Array[] = [];
    let first = -1;
    for (let number = 0; number <= this.#ids.length; number++) {
      const id = this.#ids[number];
      const goesOn = id !== undefined && isWanted(id);
      if (goesOn && first < 0) first = number;
      if (goesOn || first < 0) continue;
      found.push(this.#between(first, number - 1));
      first = -1;
    }
    return found;
  }

  read(renditionId: string): Rendition | undefined {
    const text = this.get(renditionId);
    return text && (JSON.parse(decoder.decode(text)) as Rendition);
  }

  #between(first: number, last: number): Uint8Array {
    const start = first === 0 ? 0 : (this.#ends[first - 1] ?? 0) + 1;
    return this.#bytes.subarray(start, this.#ends[last]);
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
