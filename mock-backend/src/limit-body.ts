import { bodyLimit } from 'hono/body-limit';
import { ApiError } from './api-error.ts';

/** Bodies of requests that start or end something. */
export const SMALL_BODY_BYTES = 64 * 1024;

/** Refuses a longer body, also one that does not say how long it is. */
export const limitBody = (maxBytes: number) =>
  bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new ApiError('request/too-large', `The body is larger than ${maxBytes} bytes.`, { maxBytes });
    },
  });
