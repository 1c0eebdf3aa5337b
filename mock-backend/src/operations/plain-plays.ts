import { corsHeaders } from '../allow-origins.ts';
import type { PlayAsk, PlayRequests } from '../playback/play-requests.ts';
import type { Services } from '../services.ts';
import { errorAnswerOf } from './error-answer.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';
import { noteAnswers } from './request-log.ts';

/** A play request whose body is there, without `Request`: `POST /v1/plays`, or that of a renewal. */
export interface PlainPlay {
  /** The play that is to go on, as the path names it; a new one where absent. */
  readonly renews?: string;
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
  return async ({ renews, header, text, clientAddress, isGone }) => {
    const startedMs = clock.nowMs();
    const requestId = requestIdOf(header(REQUEST_ID_HEADER), randomId);
    const headers = ['Content-Type', JSON_TYPE, REQUEST_ID_HEADER, requestId, ...allow(header('Origin')).flat()];
    let isPrefetch = false;
    let tellUnheard: PlainPlayAnswer['tellUnheard'];
    const noteUnheard: PlayAsk['noteUnheard'] = (tell) => {
      tellUnheard = tell;
    };
    const notePrefetch = (): void => {
      isPrefetch = true;
    };
    const place =
      renews === undefined
        ? { route: START_ROUTE, path: START_ROUTE }
        : { route: RENEWAL_ROUTE, path: RENEWAL_ROUTE.replace(':playId', renews) };
    const noted = (status: number, code?: string): void =>
      note({ method: 'POST', ...place, status, code, tookMs: clock.nowMs() - startedMs, isPrefetch }, requestId);
    const ask = { header, text: () => text, clientAddress, notePrefetch, noteUnheard, ...(isGone && { isGone }) };
    try {
      const body = renews === undefined ? await plays.start(ask) : JSON.stringify(await plays.renew(ask, renews));
      noted(200);
      return tellUnheard ? { status: 200, headers, body, tellUnheard } : { status: 200, headers, body };
    } catch (thrown) {
      const { error, body, retryAfterS } = errorAnswerOf(thrown, requestId, log);
      if (retryAfterS !== undefined) headers.push('Retry-After', String(retryAfterS));
      noted(error.status, error.code);
      return { status: error.status, headers, body: JSON.stringify(body) };
    }
  };
}
