import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Env } from '../app-env.ts';
import type { Services } from '../services.ts';
import { type AnsweredRequest, accessLevel, loggedPath } from './access-line.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';

type Noted = Pick<Services, 'log' | 'meter'>;

/** Counts an answer and writes its line. */
export const noteAnswers =
  ({ log, meter }: Noted) =>
  (answered: AnsweredRequest, requestId: string): void => {
    meter?.answered(answered);
    const { method, status, code, tookMs } = answered;
    const path = loggedPath(answered);
    const roundedMs = Math.round(tookMs * 100) / 100;
    // Field by field: behind a spread each would be made in V8's slow way.
    const fields =
      code === undefined
        ? { requestId, method, path, status, tookMs: roundedMs }
        : { requestId, method, path, status, code, tookMs: roundedMs };
    log(accessLevel(answered), 'request', fields);
  };

/** Gives each request its id, times it, counts it and writes its line. */
export function requestLog(services: Services): MiddlewareHandler<Env> {
  const { randomId, clock } = services;
  const note = noteAnswers(services);
  return async (c, next) => {
    const requestId = requestIdOf(c.req.header(REQUEST_ID_HEADER), randomId);
    const startedMs = clock.nowMs();
    c.set('requestId', requestId);
    // Before the answer is made: a header that is put on it later makes another one of it.
    c.header(REQUEST_ID_HEADER, requestId);
    await next();
    if (!c.res.headers.has(REQUEST_ID_HEADER)) c.header(REQUEST_ID_HEADER, requestId);
    const { method, path } = c.req;
    const tookMs = clock.nowMs() - startedMs;
    const { status } = c.res;
    const isPrefetch = c.get('isPrefetch') === true;
    note({ method, path, route: routePath(c, -1), status, code: c.get('errorCode'), tookMs, isPrefetch }, requestId);
  };
}
