import { corsHeaders } from '../allow-origins.ts';
import type { PlayRequests } from '../playback/play-requests.ts';
import type { Services } from '../services.ts';
import { errorAnswerOf } from './error-answer.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';
import { noteAnswers } from './request-log.ts';

/** A play request whose body is there, without `Request`: `POST /v1/plays`. */
export interface PlainPlay {
  header(name: string): string | undefined;
  /** At most `SMALL_BODY_BYTES`. */
  readonly text: string;
  readonly clientAddress: string;
}

export interface PlainPlayAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array<ArrayBuffer> | string;
}

const ROUTE = '/v1/plays';
const JSON_TYPE = 'application/json';

/** Answers play requests as the route does, without the objects of the web: they cost more than the answer. */
export function plainPlays(services: Services, plays: PlayRequests): (play: PlainPlay) => Promise<PlainPlayAnswer> {
  const { clock, config, log, randomId } = services;
  const note = noteAnswers(services);
  const allow = corsHeaders(config);
  return async ({ header, text, clientAddress }) => {
    const startedMs = clock.nowMs();
    const requestId = requestIdOf(header(REQUEST_ID_HEADER), randomId);
    const headers = ['Content-Type', JSON_TYPE, REQUEST_ID_HEADER, requestId, ...allow(header('Origin')).flat()];
    let isPrefetch = false;
    const notePrefetch = (): void => {
      isPrefetch = true;
    };
    const noted = (status: number, code?: string): void =>
      note(
        { method: 'POST', route: ROUTE, path: ROUTE, status, code, tookMs: clock.nowMs() - startedMs, isPrefetch },
        requestId,
      );
    try {
      const body = await plays.start({ header, text: async () => text, clientAddress, notePrefetch });
      noted(200);
      return { status: 200, headers, body };
    } catch (thrown) {
      const { error, body, retryAfterS } = errorAnswerOf(thrown, requestId, log);
      if (retryAfterS !== undefined) headers.push('Retry-After', String(retryAfterS));
      noted(error.status, error.code);
      return { status: error.status, headers, body: JSON.stringify(body) };
    }
  };
}
