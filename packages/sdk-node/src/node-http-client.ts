import {
  type ByteReader,
  type CancelSignal,
  type HttpClient,
  HttpFailure,
  type HttpResponse,
} from '@pressplay/sdk-core';
import { Agent, type Dispatcher, request } from 'undici';

export interface NodeHttpClientOptions {
  /** The source address of the connections, where a machine has several. */
  readonly localAddress?: string | undefined;
}

/**
 * An `HttpClient` on undici with a keep-alive pool of its own. It sets no deadline and retries nothing: when to give
 * up, and whom to ask instead, is decided in the core.
 */
export function nodeHttpClient(options: NodeHttpClientOptions = {}): HttpClient {
  const { localAddress } = options;
  const dispatcher = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    ...(localAddress !== undefined && { localAddress }),
  });
  return async ({ method, url, headers, body, signal }) => {
    const abort = linkAbort(signal);
    try {
      const response = await request(url, {
        method,
        dispatcher,
        signal: abort.signal,
        ...(headers && { headers: { ...headers } }),
        ...(body !== undefined && { body }),
      });
      return responseOf(response, abort);
    } catch (error) {
      abort.unlink();
      throw failureOf(error, signal);
    }
  };
}

interface AbortLink {
  readonly signal: AbortSignal;
  readonly source: CancelSignal | undefined;
  unlink(): void;
}

/** A native signal that follows the core's own. */
function linkAbort(source: CancelSignal | undefined): AbortLink {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort();
  if (source?.aborted) controller.abort();
  source?.addEventListener('abort', onAbort);
  return { signal: controller.signal, source, unlink: () => source?.removeEventListener('abort', onAbort) };
}

function responseOf(response: Dispatcher.ResponseData, abort: AbortLink): HttpResponse {
  return {
    status: response.statusCode,
    header: (name) => {
      const value = response.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
    body: readerOf(response.body, abort),
  };
}

function readerOf(body: Dispatcher.ResponseData['body'], abort: AbortLink): ByteReader {
  const chunks = body[Symbol.asyncIterator]();
  let cancelled = false;
  body.once('close', abort.unlink);
  // Without a listener, a connection that breaks between two reads would end the process.
  body.on('error', () => {});
  return {
    async read() {
      if (cancelled) return undefined;
      try {
        const { done, value } = await chunks.next();
        return done || cancelled ? undefined : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      } catch (error) {
        if (cancelled) return undefined;
        throw failureOf(error, abort.source);
      }
    },
    cancel() {
      if (cancelled) return;
      cancelled = true;
      abort.unlink();
      body.destroy();
    },
  };
}

function failureOf(error: unknown, signal: CancelSignal | undefined): HttpFailure {
  if (signal?.aborted) return new HttpFailure('aborted', 'The request was cancelled.', { cause: error });
  const code = error instanceof Error && 'code' in error ? `${error.code}: ` : '';
  const text = error instanceof Error ? error.message : String(error);
  return new HttpFailure('network', `${code}${text}`, { cause: error });
}
