import { deriveKeys, issueAccessToken } from '@pressplay/mock-backend/node';
import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { seededRandom } from '../prefix-lookup-data.ts';
import { clientAddress, drawFilm, titleIdOf } from './made-fleet.ts';
import type { Sizes } from './sizes.ts';

/** A set in a living room. */
const DEVICE = { videoCodecs: ['avc1', 'hvc1'], audioCodecs: ['mp4a'], maxHeightPx: 1080 };

/** Requests of accounts that take turns, each with a token, a player, an address of its own. */
export class MadePlays {
  readonly #sizes: Sizes;
  readonly #tokens: readonly string[];
  readonly #random = seededRandom(11);
  #count = 0;

  private constructor(sizes: Sizes, tokens: readonly string[]) {
    this.#sizes = sizes;
    this.#tokens = tokens;
  }

  static async of(sizes: Sizes, secret: string): Promise<MadePlays> {
    const { accountsKey } = deriveKeys(secret);
    const tokens: string[] = [];
    for (let at = 0; at < sizes.accounts; at++)
      tokens.push(await issueAccessToken(accountsKey, `account-${at}`, { planId: 'premium' }));
    return new MadePlays(sizes, tokens);
  }

  /** Each account once, with a request that is refused after its token was read. */
  firstVisits(): string[] {
    return this.#tokens.map((token) => this.#request(token, {}));
  }

  next(): string {
    const at = this.#count++ % this.#tokens.length;
    return this.#request(this.#tokens[at] ?? '', {
      titleId: titleIdOf(drawFilm(this.#random, this.#sizes)),
      device: DEVICE,
      idempotencyKey: `play-${this.#count}`.padEnd(16, '-'),
      playerId: `player-of-${at}`,
      preferences: { audioLanguages: ['en'] },
    });
  }

  some(count: number): string[] {
    return Array.from({ length: count }, () => this.next());
  }

  #request(token: string, body: object): string {
    const json = JSON.stringify(body);
    const head = [
      'POST /v1/plays HTTP/1.1',
      'Host: region',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `${CLIENT_ADDRESS_HEADER}: ${clientAddress(this.#random, this.#sizes)}`,
      `Content-Length: ${json.length}`,
    ];
    return `${head.join('\r\n')}\r\n\r\n${json}`;
  }
}
