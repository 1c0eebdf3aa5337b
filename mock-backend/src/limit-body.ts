import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError, isApiError } from './api-error.ts';

/** Bodies of requests that start or end something. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** Refuses a longer body, also one that does not say how long it is, and one that breaks off while it is measured. */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (): never => {
    throw new ApiError('request/too-large', `The body is larger than ${maxBytes} bytes.`, { maxBytes });
  };
  const limit = bodyLimit({ maxSize: maxBytes, onError: refuse });
  return async (c, next) => {
    const length = c.req.header('Content-Length');
    // Node holds a sender to the length it said: the body need not be measured, which costs more than the rest of it.
    if (length !== undefined && /^\d+$/.test(length) && c.req.header('Transfer-Encoding') === undefined)
      return Number(length) > maxBytes ? refuse() : next();
    try {
      return await limit(c, next);
    } catch (error) {
      throw isApiError(error) ? error : brokenOff(error);
    }
  };
}

/** The client went away, or was too slow: nobody hears the answer, and nothing is wrong here. */
export const brokenOff = (cause: unknown): ApiError =>
  new ApiError('request/invalid', 'The body broke off before its end.', { issues: ['(all): cut off'] }, { cause });
