import { schemas } from '@pressplay/protocol';
import type { PlayRenewal } from '@pressplay/protocol/messages';
import { CLIENT_ADDRESS_HEADER, keysAt, verifyMediaToken } from '@pressplay/protocol/wire';
import { type AccessClaims, type Account, accountOf } from '../accounts/account.ts';
import { PlayGate } from '../admission/play-gate.ts';
import { RateLimiter } from '../admission/rate-limiter.ts';
import { bearerToken, recallAccount, requireAccount } from '../authentication.ts';
import { PLAY_LIFETIME_MS } from '../leases/shared-plays.ts';
import { jsonIn, parsed, valid } from '../request-body.ts';
import type { Services } from '../services.ts';
import { type Client, clientOf } from './client-of.ts';
import { isUsualPlayRequest } from './usual-play-request.ts';

/** A request about a play, however it came. */
export interface PlayAsk {
  header(name: string): string | undefined;
  /** The body; limited already. A promise where it is still to be read. */
  text(): string | Promise<string>;
  /** Of the connection. */
  readonly clientAddress: string;
  /** Whether whoever asked went away; absent where that cannot be known. */
  readonly isGone?: () => boolean;
  /** Told, where the play took a stream, how to say later that nobody heard its answer. */
  noteUnheard?(tell: (isCertain: boolean) => void): void;
  /** Told before anything can be refused for it: it asks ahead of a viewer. */
  notePrefetch(): void;
}

/** Who may begin, renew and end plays; each fails with an ApiError where not. */
export class PlayRequests {
  readonly #services: Services;
  readonly #limiter: RateLimiter;
  readonly #gate: PlayGate;

  constructor(services: Services) {
    this.#services = services;
    this.#limiter = new RateLimiter(services.clock, services.config.rateLimits);
    this.#gate = new PlayGate(services.config.concurrency);
  }

  /** The JSON of a PlayResponse. */
  async start(ask: PlayAsk): Promise<Uint8Array<ArrayBuffer>> {
    const client = this.#clientOf(ask);
    const account = this.#knownAccountOf(ask) ?? (await this.#accountOf(await authorizationOf(ask)));
    const text = ask.text();
    const body = fieldsOf(ask, typeof text === 'string' ? text : await text);
    const request = isUsualPlayRequest(body) ? body : valid(body, schemas.PlayRequest, 'The body');
    const { intent = 'play' } = request;
    if (intent === 'prefetch') ask.notePrefetch();
    const { playback, registry } = this.#services;
    let isHeard = false;
    this.#gate.enter(intent);
    try {
      const answer = await playback.start(account, request, client);
      isHeard = ask.isGone?.() !== true;
      return answer;
    } finally {
      this.#gate.leave(intent);
      const begun = registry.answered(account.accountId, request.idempotencyKey, isHeard);
      if (begun && isHeard) ask.noteUnheard?.((isCertain) => registry.unheard(begun, isCertain));
    }
  }

  async renew(ask: PlayAsk, playId: string): Promise<PlayRenewal> {
    const client = this.#clientOf(ask);
    const account = await this.#accountOf(await authorizationOf(ask));
    return this.#services.playback.renew(account, playIdOf(playId), client);
  }

  async end(ask: PlayAsk, named: string): Promise<void> {
    this.#clientOf(ask);
    const playId = playIdOf(named);
    const authorization = await authorizationOf(ask);
    const { plays, registry } = this.#services;
    if (playOfToken(bearerToken(authorization), this.#services) === playId) await plays.end(playId);
    else await registry.end((await this.#accountOf(authorization)).accountId, playId);
  }

  /** Before anything is computed for it. */
  #clientOf(ask: PlayAsk): Client {
    const { config, findNetwork } = this.#services;
    const named = ask.header(CLIENT_ADDRESS_HEADER);
    const client = clientOf(ask.clientAddress, named, config.trustClientAddress, findNetwork);
    this.#limiter.requireAddress(client.address);
    return client;
  }

  async #accountOf(authorization: string | undefined): Promise<Account> {
    return this.#admitted(await requireAccount(authorization, this.#services));
  }

  /** Most tokens were verified before: their plays wait for nothing until they claim a stream. */
  #knownAccountOf(ask: PlayAsk): Account | undefined {
    const authorization = ask.header('Authorization');
    const claims = authorization === undefined ? undefined : recallAccount(authorization, this.#services);
    return claims && this.#admitted(claims);
  }

  #admitted(claims: AccessClaims): Account {
    const account = accountOf(claims, this.#services.config.plans);
    this.#limiter.requireAccount(account.accountId);
    return account;
  }
}

const playIdOf = (text: string): string => valid(text, schemas.PlayId, 'The play id');

/** Pages send the token in a body of text: nothing that a browser asks permission for. */
async function authorizationOf(ask: PlayAsk): Promise<string | undefined> {
  const header = ask.header('Authorization');
  if (header !== undefined || !isPlainText(ask)) return header;
  const { accessToken } = parsed(await ask.text(), schemas.TokenInBody);
  return accessToken === undefined ? undefined : `Bearer ${accessToken}`;
}

/** The body without the token that a page puts beside its fields. */
function fieldsOf(ask: PlayAsk, text: string): unknown {
  const body = jsonIn(text);
  if (typeof body !== 'object' || body === null || !isPlainText(ask)) return body;
  const { accessToken: _, ...fields } = body as Record<string, unknown>;
  return fields;
}

/** The play whose media token this is: whoever has it may end the play, also a page whose last moment has come. */
function playOfToken(token: string, { config, hmac, clock }: Services): string | undefined {
  const keys = keysAt(config.urlKey, config.acceptedUrlKeys, clock.wallMs());
  const verdict = verifyMediaToken(token, keys, hmac, (clock.wallMs() - PLAY_LIFETIME_MS) / 1000);
  return verdict.ok ? verdict.claims.playId : undefined;
}

const isPlainText = (ask: PlayAsk): boolean => /^text\/plain\b/i.test(ask.header('Content-Type') ?? '');
