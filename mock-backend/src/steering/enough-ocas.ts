import { MAX_SERVERS, WANTED_SITES } from './choose-servers.ts';

/**
 * Counts the good OCAs that hold everything, site after site, and says when no more are needed. Those that hold a part
 * help, but are not counted on. Sites with equal ids may come again.
 */
export interface EnoughOcas {
  beginSite(siteId: string): void;
  /** Counts one; answers whether more of this site could not be named. */
  isSiteDoneWith(): boolean;
  reached(): boolean;
}

/** Ten at three sites. The best ten of a site are all that could be named of it. */
export class EnoughForDecision implements EnoughOcas {
  readonly #siteIds: string[] = [];
  #siteId = '';
  #needed = 0;
  #complete = 0;

  beginSite(siteId: string): void {
    this.#siteId = siteId;
    // At least one, for the site's place among the sites.
    this.#needed = Math.max(1, MAX_SERVERS - this.#complete);
  }

  isSiteDoneWith(): boolean {
    this.#complete++;
    if (!this.#siteIds.includes(this.#siteId)) this.#siteIds.push(this.#siteId);
    return --this.#needed === 0;
  }

  reached(): boolean {
    return this.#siteIds.length >= WANTED_SITES && this.#complete >= MAX_SERVERS;
  }
}

/** Enough for a decision, whichever one site is taken away. */
export class EnoughForReplay implements EnoughOcas {
  readonly #completeAt = new Map<string, number>();
  #siteId = '';
  #needed = 0;
  #complete = 0;

  beginSite(siteId: string): void {
    this.#siteId = siteId;
    this.#needed = Math.max(1, MAX_SERVERS - this.#withoutLargest());
  }

  isSiteDoneWith(): boolean {
    this.#complete++;
    this.#completeAt.set(this.#siteId, (this.#completeAt.get(this.#siteId) ?? 0) + 1);
    return --this.#needed === 0;
  }

  reached(): boolean {
    return this.#completeAt.size > WANTED_SITES && this.#withoutLargest() >= MAX_SERVERS;
  }

  #withoutLargest(): number {
    let largest = 0;
    for (const count of this.#completeAt.values()) largest = Math.max(largest, count);
    return this.#complete - largest;
  }
}
