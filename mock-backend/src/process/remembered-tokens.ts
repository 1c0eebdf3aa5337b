import { hash } from 'node:crypto';
import type { AccessClaims } from '../accounts/account.ts';
import { PackedRecords } from '../packed-records.ts';

/** What a token says, and until when. */
export interface VerifiedToken {
  readonly claims: AccessClaims;
  /** Unix time in milliseconds. */
  readonly untilMs: number;
}

/** The claims' place, of 0 none; when they end; 32 bits more of the token's digest, twice. */
const [PLACE, UNTIL_MS, MORE, REST] = [0, 1, 2, 3] as const;
const FIELDS = 4;

/** Tokens that were found good, known by 128 bits of their digests: the tokens themselves are not kept. */
export class RememberedTokens {
  readonly #records: PackedRecords;
  readonly #claims: (AccessClaims | undefined)[] = [undefined];

  constructor(mostTokens: number) {
    this.#records = new PackedRecords(FIELDS, mostTokens);
  }

  find(token: string, nowMs: number): AccessClaims | undefined {
    const digest = hash('sha256', token, 'binary');
    const at = this.#records.find(wordOf(digest, 0), wordOf(digest, 4));
    const { values } = this.#records;
    if (at < 0 || values[at + MORE] !== wordOf(digest, 8) || values[at + REST] !== wordOf(digest, 12)) return undefined;
    return nowMs < (values[at + UNTIL_MS] ?? 0) ? this.#claims[values[at + PLACE] ?? 0] : undefined;
  }

  keep(token: string, { claims, untilMs }: VerifiedToken): void {
    const digest = hash('sha256', token, 'binary');
    const [high, low] = [wordOf(digest, 0), wordOf(digest, 4)];
    const known = this.#records.find(high, low);
    const at = known < 0 ? this.#records.put(high, low) : known;
    const { values } = this.#records;
    // The place of the one that went for it.
    const place = values[at + PLACE] || this.#claims.length;
    this.#claims[place] = claims;
    values[at + PLACE] = place;
    values[at + UNTIL_MS] = untilMs;
    values[at + MORE] = wordOf(digest, 8);
    values[at + REST] = wordOf(digest, 12);
  }
}

const wordOf = (bytes: string, from: number): number =>
  ((bytes.charCodeAt(from) << 24) |
    (bytes.charCodeAt(from + 1) << 16) |
    (bytes.charCodeAt(from + 2) << 8) |
    bytes.charCodeAt(from + 3)) >>>
  0;
