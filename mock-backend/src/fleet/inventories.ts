import { type Content, type FileList, FileNumbers, HOLDS_NOTHING } from '../steering/content.ts';
import { SortedNumbers } from './sorted-numbers.ts';

/** Contents that no OCA has any more, beside twice as many as there are OCAs: then they are looked for. */
const LEFT_OVER_AT_MOST = 1024;

/** An OCA as far as its files go. */
export interface Holder {
  /** Its place among the holders. */
  readonly number: number;
  content: Content | undefined;
}

/**
 * Who holds which file: of each OCA a bit a file, of each file the numbers of its OCAs. OCAs with equal files share
 * them: those of a site often are alike, and a large fleet holds millions of copies.
 */
export class Inventories<O extends Holder> {
  /** The numbers of the files that OCAs hold or plays ask for. */
  readonly files = new FileNumbers();
  readonly #ocas: O[] = [];
  readonly #holders: (SortedNumbers | undefined)[] = [];
  #contents = new Map<number, Content>();
  /** How often an OCA held less than before. */
  losses = 0;

  /** Adds an OCA, that holds nothing yet. */
  add(make: (number: number) => O): O {
    const oca = make(this.#ocas.length);
    this.#ocas.push(oca);
    return oca;
  }

  /** An OCA says what it holds. Answers whether that is news. */
  take(oca: O, fileIds: Iterable<string>): boolean {
    const { content: before } = oca;
    const said = this.files.contentOf(fileIds);
    // Where two hashes are equal, that content may have been let go for another's.
    if (before?.equals(said)) return false;
    const content = this.#shared(said);
    oca.content = content;
    let isLoss = false;
    for (const file of (before ?? HOLDS_NOTHING).beyond(content)) {
      this.#holders[file]?.remove(oca.number);
      isLoss = true;
    }
    if (isLoss) this.losses++;
    for (const file of content.beyond(before ?? HOLDS_NOTHING)) {
      const holders = this.#holders[file] ?? new SortedNumbers();
      this.#holders[file] = holders;
      holders.add(oca.number);
    }
    return true;
  }

  /** Shows each OCA that holds all of these files, found by the rarest of them, until told to stop. Nobody holds no files. */
  visitHolders(list: FileList, visit: (oca: O) => 'more' | 'enough'): void {
    let rarest: SortedNumbers | undefined;
    for (const file of list.numbers) {
      const holders = this.#holders[file];
      if (!holders) return;
      if (!rarest || holders.size < rarest.size) rarest = holders;
    }
    for (let at = 0; rarest && at < rarest.size; at++) {
      const oca = this.#ocas[rarest.at(at)];
      if (oca?.content?.hasAll(list) && visit(oca) === 'enough') return;
    }
  }

  #shared(content: Content): Content {
    const known = this.#contents.get(content.hash);
    if (known?.equals(content)) return known;
    this.#contents.set(content.hash, content);
    if (this.#contents.size > 2 * this.#ocas.length + LEFT_OVER_AT_MOST) this.#forgetLeftOver();
    return content;
  }

  #forgetLeftOver(): void {
    const kept = this.#ocas.flatMap(({ content }) => content ?? []);
    this.#contents = new Map(kept.map((content) => [content.hash, content]));
  }
}
