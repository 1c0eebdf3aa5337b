import { MAX_SERVERS, WANTED_SITES } from './limit-servers.ts';

/**
 * Counts the good OCAs that hold everything, site after site, and says when no more are needed. Those that hold a part
 * help, but are not counted on. A site may come again; what stands for it must then be the same.
 */
export interface EnoughOcas {
  beginSite(site: string | number): void;
  /** Counts one; answers whether more of this site could not be named. */
  isSiteDoneWith(): boolean;
  reached(): boolean;
}

/** Ten at three sites. The best ten of a site are all that could be named of it. */
export class EnoughForDecision implements EnoughOcas {
  readonly #sites: (string | number)[] = [];
  #site: string | number = '';
  #isCounted = false;
  #needed = 0;
  #complete = 0;

  beginSite(site: string | number): void {
    this.#site = site;
    this.#isCounted = false;
    // At least one, for the site's place among the sites.
    this.#needed = Math.max(1, MAX_SERVERS - this.#complete);
  }

  isSiteDoneWith(): boolean {
    this.#complete++;
    if (!this.#isCounted && !this.#sites.includes(this.#site)) this.#sites.push(this.#site);
    this.#isCounted = true;
    return --this.#needed === 0;
  }

  reached(): boolean {
    return this.#sites.length >= WANTED_SITES && this.#complete >= MAX_SERVERS;
  }
}

/** Enough for a decision, whichever one site is taken away. */
export class EnoughForReplay implements EnoughOcas {
  readonly #completeAt = new Map<string | number, number>();
  #site: string | number = '';
  #needed = 0;
  #complete = 0;

  beginSite(site: string | number): void {
    this.#site = site;
    this.#needed = Math.max(1, MAX_SERVERS - this.#withoutLargest());
  }

  isSiteDoneWith(): boolean {
    this.#complete++;
    this.#completeAt.set(this.#site, (this.#completeAt.get(this.#site) ?? 0) + 1);
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
