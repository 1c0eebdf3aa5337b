import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Env } from '../app-env.ts';
import type { Services } from '../services.ts';
import { type AnsweredRequest, accessLevel, loggedPath } from './access-line.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';

/** Gives each request its id, times it, counts it and writes its line. */
export function requestLog({ randomId, log, clock, meter }: Services): MiddlewareHandler<Env> {
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
    const code = c.get('errorCode');
    const { status } = c.res;
    const isPrefetch = c.get('isPrefetch') === true;
    const answered: AnsweredRequest = { method, path, route: routePath(c, -1), status, code, tookMs, isPrefetch };
    meter?.answered(answered);
    log(accessLevel(answered), 'request', {
      requestId,
      method,
      path: loggedPath(answered),
      status,
      ...(code !== undefined && { code }),
      tookMs: Math.round(tookMs * 100) / 100,
    });
  };
}
