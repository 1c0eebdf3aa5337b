import type { Backend } from '@pressplay/mock-backend';
import type { MediaAnswer, Oca } from '@pressplay/mock-oca';
import { originOf } from './origin-of.ts';

/** As `sendfile` would: the file's own memory, as much at once as the network sends in a piece. */
const CHUNK_BYTES = 256 * 1024;

/** What a client sends: plain data from the SDK's port, or a `Request` that a process of the fleet made itself. */
export type WireRequest =
  | Request
  | {
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    };

export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers | Readonly<Record<string, string>>;
  readonly hasBody: boolean;
}

/** What a process on a machine says to one request. `Response` would do, at several times the price. */
export interface ServedAnswer {
  readonly head: Promise<AnswerHead>;
  /** The next chunk of the body; undefined at its end. */
  read(): Promise<Uint8Array | undefined>;
  /** The client is gone. Idempotent. */
  cancel(): void;
}

export interface Peer {
  readonly clientAddress: string;
}

export type AnswerRequest = (request: WireRequest, peer: Peer) => ServedAnswer;

export type ServeRequest = (request: Request, peer: Peer) => Promise<Response>;

/** For servers that are `Request -> Response`. */
export function answeredBy(serve: ServeRequest): AnswerRequest {
  return (request, peer) => {
    const response = Promise.resolve().then(() => serve(asRequest(request), peer));
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    let isCancelled = false;
    return {
      head: response.then(({ status, headers, body }) => ({ status, headers, hasBody: body !== null })),
      read: async () => {
        reader ??= (await response).body?.getReader();
        return (await reader?.read())?.value;
      },
      cancel: () => {
        if (isCancelled) return;
        isCancelled = true;
        response.then(({ body }) => (reader ? reader.cancel() : body?.cancel())).catch(() => {});
      },
    };
  };
}

/** An OCA's media as plain data; what else it answers, as `Response`. */
export function answeredByOca(oca: Oca): AnswerRequest {
  const others = answeredBy((request, peer) => oca.fetch(request, peer));
  return (request, peer) => {
    const { method, url } = request;
    const target = url.slice(originOf(url).length);
    if (target.startsWith('/control')) return others(request, peer);
    return mediaAnswer(
      oca.answer({ method, target, headers: plainHeaders(request), ...peer }, { chunkBytes: CHUNK_BYTES }),
    );
  };
}

/** A region's reports as plain text: nearly all that it hears; new plays as a process answers them. What else it answers, as `Response`. */
export function answeredByRegion(backend: Backend): AnswerRequest {
  const others = answeredBy((request, peer) => backend.fetch(request, peer));
  return (request, peer) => {
    if (request instanceof Request) return others(request, peer);
    const { method, url, headers, body: text = '' } = request;
    const path = url.slice(originOf(url).length);
    if (method === 'POST' && path === '/v1/plays') return playAnswer(backend, plainHeaders(request), text, peer);
    const report = backend.answerReport({ method, path, authorization: headers.authorization, text });
    return report ? textAnswer(report) : others(request, peer);
  };
}

/** A client that lets go before the answer is on the wire is gone; later on its connection is reset. */
function playAnswer(
  backend: Backend,
  headers: Readonly<Record<string, string>>,
  text: string,
  { clientAddress }: Peer,
): ServedAnswer {
  let [isGone, isSent] = [false, false];
  const header = (name: string): string | undefined => headers[name.toLowerCase()];
  const answer = backend.answerPlay({ header, text, clientAddress, isGone: () => isGone });
  return {
    head: answer.then(({ status, headers: pairs }) => ({ status, headers: inPairs(pairs), hasBody: true })),
    read: async () => {
      const { body } = await answer;
      if (isSent) return undefined;
      isSent = true;
      // Its own memory: the region may use that of the answer again.
      return typeof body === 'string' ? new TextEncoder().encode(body) : body.slice();
    },
    cancel: () => {
      if (isGone) return;
      isGone = true;
      answer.then(({ tellUnheard }) => tellUnheard?.(!isSent)).catch(() => {});
    },
  };
}

/** Names and values in turn. */
const inPairs = (list: readonly string[]): Record<string, string> =>
  Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : [])));

function textAnswer(answer: Promise<{ readonly status: number; readonly text: string }>): ServedAnswer {
  let isRead = false;
  return {
    head: answer.then(({ status, text }) => ({ status, headers: {}, hasBody: text !== '' })),
    read: async () => {
      const { text } = await answer;
      if (isRead) return undefined;
      isRead = true;
      return new TextEncoder().encode(text);
    },
    cancel: () => {},
  };
}

function mediaAnswer(answer: MediaAnswer): ServedAnswer {
  return {
    head: answer.plan.then(({ status, headers, body }) => ({ status, headers, hasBody: body.kind !== 'none' })),
    read: () => answer.read(),
    cancel: () => answer.cancel(),
  };
}

function asRequest(request: WireRequest): Request {
  if (request instanceof Request) return request;
  const { url, method, headers, body } = request;
  if (body === undefined) return new Request(url, { method, headers });
  // As on any wire: who knows the length need not count.
  const bytes = new TextEncoder().encode(body);
  return new Request(url, { method, body: bytes, headers: { ...headers, 'content-length': String(bytes.length) } });
}

/** With names in lower case. */
function plainHeaders(request: WireRequest): Record<string, string> {
  if (request instanceof Request) return Object.fromEntries(request.headers);
  const plain: Record<string, string> = {};
  for (const name in request.headers) plain[name.toLowerCase()] = request.headers[name] ?? '';
  return plain;
}
