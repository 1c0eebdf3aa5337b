import { corsHeaders } from '../allow-origins.ts';
import type { PlayAsk, PlayRequests } from '../playback/play-requests.ts';
import type { Services } from '../services.ts';
import { errorAnswerOf } from './error-answer.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';
import { noteAnswers } from './request-log.ts';

/** A play request whose body is there, without `Request`: `POST /v1/plays`, or that of a renewal. */
export interface PlainPlay {
  /** The play that is to go on, as the path names it; a new one where absent. */
  readonly renews?: string | undefined;
  header(name: string): string | undefined;
  /** At most `SMALL_BODY_BYTES`. */
  readonly text: string;
  readonly clientAddress: string;
  /** Whether whoever asked went away; absent where that cannot be known. */
  readonly isGone?: () => boolean;
}

export interface PlainPlayAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array<ArrayBuffer> | string;
  /** Whoever sends the answer says so where it was not heard; absent where nothing follows from it. */
  readonly tellUnheard?: (isCertain: boolean) => void;
}

const START_ROUTE = '/v1/plays';
const RENEWAL_ROUTE = '/v1/plays/:playId/renew';
const JSON_TYPE = 'application/json';

/** Answers play requests as the route does, without the objects of the web: they cost more than the answer. */
export function plainPlays(services: Services, plays: PlayRequests): (play: PlainPlay) => Promise<PlainPlayAnswer> {
  const { clock, config, log, randomId } = services;
  const note = noteAnswers(services);
  const allow = corsHeaders(config);
  const forAll = config.corsOrigins === '*' ? allow(undefined).flat() : undefined;
  return async (play) => {
    const startedMs = clock.nowMs();
    const { renews } = play;
    const ask = new PlainAsk(play);
    const requestId = requestIdOf(ask.header(REQUEST_ID_HEADER), randomId);
    const allowed = forAll ?? allow(ask.header('Origin')).flat();
    const headers = ['Content-Type', JSON_TYPE, REQUEST_ID_HEADER, requestId, ...allowed];
    const noted = (status: number, code?: string): void => {
      const route = renews === undefined ? START_ROUTE : RENEWAL_ROUTE;
      const path = renews === undefined ? START_ROUTE : RENEWAL_ROUTE.replace(':playId', renews);
      const tookMs = clock.nowMs() - startedMs;
      note({ method: 'POST', route, path, status, code, tookMs, isPrefetch: ask.isPrefetch }, requestId);
    };
    try {
      const body = renews === undefined ? await plays.start(ask) : JSON.stringify(await plays.renew(ask, renews));
      noted(200);
      const { tellUnheard } = ask;
      return tellUnheard ? { status: 200, headers, body, tellUnheard } : { status: 200, headers, body };
    } catch (thrown) {
      const { error, body, retryAfterS } = errorAnswerOf(thrown, requestId, log);
      if (retryAfterS !== undefined) headers.push('Retry-After', String(retryAfterS));
      noted(error.status, error.code);
      return { status: error.status, headers, body: JSON.stringify(body) };
    }
  };
}

/** What a play request asks of its request. */
class PlainAsk implements PlayAsk {
  readonly clientAddress: string;
  isPrefetch = false;
  tellUnheard: PlainPlayAnswer['tellUnheard'];
  readonly #play: PlainPlay;

  constructor(play: PlainPlay) {
    this.#play = play;
    this.clientAddress = play.clientAddress;
  }

  header(name: string): string | undefined {
    return this.#play.header(name);
  }

  text(): string {
    return this.#play.text;
  }

  isGone(): boolean {
    return this.#play.isGone?.() === true;
  }

  notePrefetch(): void {
    this.isPrefetch = true;
  }

  noteUnheard(tell: (isCertain: boolean) => void): void {
    this.tellUnheard = tell;
  }
}
