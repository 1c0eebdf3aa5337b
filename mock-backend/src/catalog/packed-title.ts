import type { CatalogTitle, Rendition } from '@pressplay/protocol/messages';
import type { KeptTitle } from './kept-title.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Of each rendition: all but its index, and the index. */
const PIECES = 2;

/** What of a rendition is for the OCAs and manifests alone. */
type Unsent = Pick<KeptTitle['renditions'][number], 'sha256' | 'playlist'>;
type Rest = Omit<KeptTitle, 'renditions'> & { readonly renditions: readonly Unsent[] };

/**
 * A title as text in one piece of memory. First its renditions as plays carry them, end to end with commas between, so that
 * neighbours are a list of JSON as they lie there; then what plays do not carry. As objects ten thousand films would be a
 * million pieces, which each collection of garbage walks over.
 */
export class PackedTitle {
  readonly #ids: readonly string[];
  /** Where the pieces of the renditions end, and the rest. */
  readonly #ends: readonly number[];
  readonly #bytes: Uint8Array;

  constructor({ renditions, ...title }: CatalogTitle) {
    const unsent: Unsent[] = [];
    const texts: Uint8Array[] = [];
    for (const { sha256, playlist, index, ...sent } of renditions) {
      unsent.push({ sha256, ...(playlist && { playlist }) });
      const open = JSON.stringify(sent satisfies Omit<Rendition, 'index'>).slice(0, -1);
      texts.push(encoder.encode(open), encoder.encode(`,"index":${JSON.stringify(index)}},`));
    }
    texts.push(encoder.encode(JSON.stringify({ ...title, renditions: unsent } satisfies Rest)));
    let end = 0;
    this.#ends = texts.map(({ byteLength }) => {
      end += byteLength;
      return end;
    });
    this.#ids = renditions.map(({ renditionId }) => renditionId);
    this.#bytes = new Uint8Array(end);
    for (const [at, text] of texts.entries()) this.#bytes.set(text, this.#startOf(at));
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

  /** The title as it was, but for its segments. */
  readTitle(): KeptTitle {
    const { renditions: unsent, ...title } = JSON.parse(this.#text(this.#ids.length * PIECES)) as Rest;
    const sent = this.#ids.map((_, number) => `${this.#text(number * PIECES)}}`);
    const renditions = (JSON.parse(`[${sent.join()}]`) as object[]).map((one, number) => ({
      ...one,
      ...unsent[number],
    }));
    return { ...title, renditions: renditions as unknown as KeptTitle['renditions'] };
  }

  #text(piece: number): string {
    return decoder.decode(this.#bytes.subarray(this.#startOf(piece), this.#ends[piece]));
  }

  #startOf(piece: number): number {
    return piece === 0 ? 0 : (this.#ends[piece - 1] ?? 0);
  }

  /** Without the comma after the last. */
  #between(first: number, last: number): Uint8Array {
    const end = this.#startOf((last + 1) * PIECES) - 1;
    return this.#bytes.subarray(this.#startOf(first * PIECES), end);
  }
}
