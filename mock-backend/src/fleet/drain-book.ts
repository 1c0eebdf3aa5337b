import type { Drain } from '@pressplay/protocol/messages';

/** What is drained now, asked by OCA. */
export class DrainBook {
  readonly list: readonly Drain[];
  readonly #ocas = new Map<string, Drain>();
  readonly #sites = new Map<string, Drain>();

  constructor(drains: readonly Drain[] = []) {
    this.list = drains;
    for (const drain of drains) (drain.kind === 'oca' ? this.#ocas : this.#sites).set(drain.id, drain);
  }

  /** Why it is drained, itself or with its site, in words; undefined where it is not. */
  reasonFor(ocaId: string, siteId: string | undefined): string | undefined {
    const own = this.#ocas.get(ocaId);
    if (own) return `drained by operators: ${own.reason}`;
    const withSite = siteId === undefined ? undefined : this.#sites.get(siteId);
    return withSite && `drained with ${withSite.id} by operators: ${withSite.reason}`;
  }
}
