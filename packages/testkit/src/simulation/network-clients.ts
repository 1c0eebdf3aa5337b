import type { TextAnswer, TextHttp } from '@pressplay/mock-oca';
import { type HttpClient, HttpFailure, type HttpRequest, type HttpResponse } from '@pressplay/sdk-core';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { Network } from './network.ts';
import type { AnswerHead, WireRequest } from './served-answer.ts';

/** The SDK's port over the simulated network, for a viewer at `client`. */
export function httpClientOver(network: Network, client: Endpoint): HttpClient {
  return async (request) => {
    if (request.signal?.aborted) throw new HttpFailure('aborted', 'The request was aborted before it began.');
    const exchange = asNetworkFailure(() => network.request(client, exchangeRequestOf(request)));
    const stopListening = cancelWith(exchange, request);
    try {
      return responseOf(exchange, await exchange.head, stopListening);
    } catch (error) {
      stopListening();
      throw failureOf(error);
    }
  };
}

/** `fetch` over the simulated network, for the processes of the fleet. */
export function fetchOver(network: Network, client: Endpoint): (request: Request) => Promise<Response> {
  return async (request) => {
    request.signal.throwIfAborted();
    const exchange = asNetworkFailure(() => network.request(client, request));
    request.signal.addEventListener('abort', () => exchange.cancel(request.signal.reason));
    const { status, headers } = await exchange.head;
    return new Response(NULL_BODY_STATUSES.has(status) ? null : streamOf(exchange), { status, headers });
  };
}

/** The same for small texts, without `Request` and `Response`. */
export function textOver(network: Network, client: Endpoint): TextHttp {
  return (call) => {
    const exchange = asNetworkFailure(() => network.request(client, call));
    return { answer: textOf(exchange), cancel: (reason) => exchange.cancel(reason) };
  };
}

async function textOf(exchange: Exchange): Promise<TextAnswer> {
  const { status, hasBody } = await exchange.head;
  if (!hasBody) return { status, text: '' };
  const decoder = new TextDecoder();
  let text = '';
  for (let chunk = await exchange.read(); chunk; chunk = await exchange.read())
    text += decoder.decode(chunk, { stream: true });
  return { status, text: text + decoder.decode() };
}

const NULL_BODY_STATUSES = new Set([204, 205, 304]);

function exchangeRequestOf({ method, url, headers, body }: HttpRequest): WireRequest {
  return { method, url, headers: headers ?? {}, ...(body === undefined ? {} : { body }) };
}

function asNetworkFailure(begin: () => Exchange): Exchange {
  try {
    return begin();
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error;
  return new HttpFailure('network', error instanceof Error ? error.message : String(error), { cause: error });
}

function cancelWith(exchange: Exchange, { signal }: HttpRequest): () => void {
  if (!signal) return () => {};
  const abort = (): void => exchange.cancel(new HttpFailure('aborted', 'The request was aborted.'));
  signal.addEventListener('abort', abort);
  return () => signal.removeEventListener('abort', abort);
}

function responseOf(exchange: Exchange, { status, headers }: AnswerHead, release: () => void): HttpResponse {
  return {
    status,
    header: (name) => headerOf(headers, name),
    body: {
      read: async () => {
        try {
          const chunk = await exchange.read();
          if (!chunk) release();
          return chunk;
        } catch (error) {
          release();
          throw failureOf(error);
        }
      },
      cancel: () => {
        release();
        exchange.cancel();
      },
    },
  };
}

function headerOf(headers: AnswerHead['headers'], name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  for (const key in headers) if (key.length === name.length && key.toLowerCase() === name) return headers[key] ?? null;
  return null;
}

function streamOf(exchange: Exchange): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const chunk = await exchange.read();
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel: () => exchange.cancel(),
    },
    { highWaterMark: 0 },
  );
}
