import {
  type ByteReader,
  type CancelSignal,
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '@pressplay/sdk-core';

/**
 * The core's HTTP on `fetch`. A media request carries `Range` and nothing else, no cookie and no referrer, so that
 * no browser asks the server for permission first: a preflight would cost a round trip exactly at a hand-over.
 * `no-store` because a half delivered range in the cache would answer for a server that is gone.
 */
export function fetchHttpClient(fetchFunction: typeof fetch = (input, init) => fetch(input, init)): HttpClient {
  return async (request) => {
    if (request.signal?.aborted) throw new HttpFailure('aborted', 'The request was cancelled before it began.');
    const abort = linkAbort(request.signal);
    try {
      const response = await fetchFunction(request.url, requestInit(request, abort.signal));
      return toHttpResponse(response, abort);
    } catch (error) {
      abort.unlink();
      throw asFailure(error, request.signal);
    }
  };
}

function requestInit(request: HttpRequest, signal: AbortSignal): RequestInit {
  return {
    method: request.method,
    signal,
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    ...(request.headers && { headers: { ...request.headers } }),
    ...(request.body !== undefined && { body: request.body }),
    ...(request.keepalive && { keepalive: true }),
  };
}

interface AbortLink {
  readonly signal: AbortSignal;
  readonly cause: CancelSignal | undefined;
  abort(): void;
  unlink(): void;
}

/** The core's signal is smaller than the browser's: it drives one of the browser's own. */
function linkAbort(cause: CancelSignal | undefined): AbortLink {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  cause?.addEventListener('abort', abort);
  return { signal: controller.signal, cause, abort, unlink: () => cause?.removeEventListener('abort', abort) };
}

function toHttpResponse(response: Response, abort: AbortLink): HttpResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    body: response.body ? streamReader(response.body.getReader(), abort) : wholeReader(response, abort),
  };
}

function streamReader(reader: ReadableStreamDefaultReader<Uint8Array>, abort: AbortLink): ByteReader {
  let cancelled = false;
  return {
    async read() {
      if (cancelled) return undefined;
      try {
        const { done, value } = await reader.read();
        if (done) abort.unlink();
        return done || cancelled ? undefined : value;
      } catch (error) {
        abort.unlink();
        if (cancelled) return undefined;
        throw asFailure(error, abort.cause);
      }
    },
    cancel() {
      if (cancelled) return;
      cancelled = true;
      abort.unlink();
      // Cancelling the reader alone leaves the connection to the browser's leisure; aborting closes it.
      reader.cancel().catch(() => undefined);
      abort.abort();
    },
  };
}

/** Sets without a body stream, and answers without a body: all at once. */
function wholeReader(response: Response, abort: AbortLink): ByteReader {
  let finished = false;
  let cancelled = false;
  return {
    async read() {
      if (finished) return undefined;
      finished = true;
      try {
        const bytes = new Uint8Array(await response.arrayBuffer());
        return bytes.length > 0 && !cancelled ? bytes : undefined;
      } catch (error) {
        if (cancelled) return undefined;
        throw asFailure(error, abort.cause);
      } finally {
        abort.unlink();
      }
    },
    cancel() {
      finished = true;
      cancelled = true;
      abort.unlink();
      abort.abort();
    },
  };
}

function asFailure(error: unknown, signal: CancelSignal | undefined): HttpFailure {
  if (signal?.aborted) return new HttpFailure('aborted', 'The request was cancelled.', { cause: error });
  return new HttpFailure('network', error instanceof Error ? error.message : String(error), { cause: error });
}
