import type { Clock } from '../ports/clock.ts';
import { type HttpClient, HttpFailure, type HttpRequest, type HttpResponse } from '../ports/http-client.ts';
import { type BodyConditions, type BodyOutcome, ScriptedBody } from './scripted-body.ts';

/** How a scripted server misbehaves. Only one at a time; running responses feel a change of `after-bytes` faults. */
export type ScriptedFault =
  /** The connection is refused. */
  | { readonly kind: 'refuse' }
  /** Accepts and never answers. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'hang' | 'reset' | 'short'; readonly afterBytes: number }
  | { readonly kind: 'status'; readonly status: number; readonly code?: string; readonly retryAfterS?: number }
  | { readonly kind: 'other-etag' | 'other-range' | 'other-size' | 'ignores-range' };

export interface ScriptedFile {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** One request as the server saw it. */
export interface ScriptedExchange {
  readonly atMs: number;
  readonly serverName: string;
  readonly request: HttpRequest;
  /** Asked for, the end exclusive; absent without a `Range` header. */
  readonly range?: readonly [first: number, endExclusive: number];
  readonly fileId: string;
  status?: number;
  readonly sentBytes: () => number;
  readonly outcome: () => BodyOutcome | undefined;
}

/** A media server by script: files, latency, pace and faults in virtual time. */
export class ScriptedServer {
  readonly name: string;
  readonly baseUrl: string;
  readonly files: Map<string, ScriptedFile> = new Map();
  /** From request to response head. */
  latencyMs: number = 20;
  chunkBytes: number = 16 * 1024;
  /** Answers in place of the files where it gives something. */
  respond:
    | ((request: HttpRequest) => { status: number; body: Uint8Array; headers?: Record<string, string> } | undefined)
    | undefined;
  readonly #bodies = new Set<ScriptedBody>();
  #rateBps = 20_000_000;
  #fault: ScriptedFault | undefined;

  constructor(name: string, baseUrl: string) {
    this.name = name;
    this.baseUrl = baseUrl;
  }

  get rateBps(): number {
    return this.#rateBps;
  }

  /** Of each response. */
  set rateBps(rateBps: number) {
    this.#rateBps = rateBps;
    this.#tellBodies();
  }

  get fault(): ScriptedFault | undefined {
    return this.#fault;
  }

  set fault(fault: ScriptedFault | undefined) {
    this.#fault = fault;
    this.#tellBodies();
  }

  /** The process is gone: running responses are reset, new connections refused. */
  kill(): void {
    this.fault = { kind: 'refuse' };
  }

  body(clock: Clock, bytes: Uint8Array): ScriptedBody {
    const body = new ScriptedBody(clock, bytes, () => this.#conditions());
    this.#bodies.add(body);
    return body;
  }

  #conditions(): BodyConditions {
    const { rateBps, chunkBytes } = this;
    const breaks = breakOf(this.#fault);
    return { rateBps, chunkBytes, ...(breaks ? { breaks } : {}) };
  }

  #tellBodies(): void {
    for (const body of [...this.#bodies]) {
      if (body.outcome) this.#bodies.delete(body);
      else body.changed();
    }
  }
}

/** An `HttpClient` over scripted servers, and the log of what they were asked. */
export class ScriptedHttp {
  readonly exchanges: ScriptedExchange[] = [];
  readonly #clock: Clock;
  readonly #servers: ScriptedServer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: string, baseUrl = `http://${name}.test`): ScriptedServer {
    const server = new ScriptedServer(name, baseUrl);
    this.#servers.push(server);
    return server;
  }

  readonly client: HttpClient = async (request) => {
    const server = this.#servers.find(({ baseUrl }) => request.url.startsWith(`${baseUrl}/`));
    if (!server) throw new HttpFailure('network', `No scripted server at ${request.url}.`);
    const answer = new ScriptedAnswer(this.#clock, server, request);
    this.exchanges.push(answer.exchange);
    return answer.head();
  };
}

class ScriptedAnswer {
  readonly exchange: ScriptedExchange;
  readonly #clock: Clock;
  readonly #server: ScriptedServer;
  readonly #request: HttpRequest;
  #body: ScriptedBody | undefined;

  constructor(clock: Clock, server: ScriptedServer, request: HttpRequest) {
    const range = parseRange(request.headers);
    this.#clock = clock;
    this.#server = server;
    this.#request = request;
    this.exchange = {
      atMs: clock.nowMs(),
      serverName: server.name,
      request,
      fileId: request.url.slice(request.url.lastIndexOf('/') + 1),
      ...(range ? { range } : {}),
      sentBytes: () => this.#body?.sentBytes ?? 0,
      outcome: () => this.#body?.outcome,
    };
  }

  async head(): Promise<HttpResponse> {
    await this.#travel();
    const { status, headers, bytes } = this.#plan();
    this.exchange.status = status;
    const body = this.#server.body(this.#clock, bytes);
    this.#body = body;
    this.#request.signal?.addEventListener('abort', () => body.cancel());
    return { status, header: (name) => headers[name] ?? null, body };
  }

  /** Refusals come at once, silence lasts until the client gives up, all else after the latency. */
  #travel(): Promise<void> {
    const { signal } = this.#request;
    const { fault, latencyMs } = this.#server;
    const delayMs = fault?.kind === 'silence' ? Number.POSITIVE_INFINITY : fault?.kind === 'refuse' ? 0 : latencyMs;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(new HttpFailure('aborted', 'The request was aborted.'));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      if (delayMs === Number.POSITIVE_INFINITY) return;
      this.#clock.schedule(delayMs, () => {
        if (this.#server.fault?.kind === 'refuse') reject(new HttpFailure('network', 'Connection refused.'));
        else if (this.#server.fault?.kind !== 'silence') resolve();
      });
    });
  }

  #plan(): { status: number; headers: Record<string, string>; bytes: Uint8Array } {
    const { fault, respond, files } = this.#server;
    if (fault?.kind === 'status') return statusAnswer(fault);
    const own = respond?.(this.#request);
    if (own) return { status: own.status, headers: own.headers ?? {}, bytes: own.body };
    const file = files.get(this.exchange.fileId);
    if (!file) return statusAnswer({ kind: 'status', status: 404, code: 'file/unknown' });
    return fileAnswer(file, this.exchange.range, fault);
  }
}

function fileAnswer(
  file: ScriptedFile,
  range: readonly [number, number] | undefined,
  fault: ScriptedFault | undefined,
) {
  const etag = fault?.kind === 'other-etag' ? '"0-0"' : file.etag;
  if (!range || fault?.kind === 'ignores-range') {
    return { status: 200, headers: { etag, 'content-length': `${file.bytes.length}` }, bytes: file.bytes };
  }
  const first = fault?.kind === 'other-range' ? range[0] + 1 : range[0];
  const end = Math.min(range[1], file.bytes.length);
  const total = fault?.kind === 'other-size' ? file.bytes.length + 1 : file.bytes.length;
  if (first >= file.bytes.length) {
    return { status: 416, headers: { 'content-range': `bytes */${total}` }, bytes: new Uint8Array() };
  }
  const headers = { etag, 'content-range': `bytes ${first}-${end - 1}/${total}`, 'content-length': `${end - first}` };
  return { status: 206, headers, bytes: file.bytes.subarray(first, end) };
}

function statusAnswer({ status, code, retryAfterS }: Extract<ScriptedFault, { kind: 'status' }>) {
  const text = JSON.stringify({ error: { code: code ?? 'oca/fault', message: 'By script.', context: {} } });
  const headers: Record<string, string> = retryAfterS === undefined ? {} : { 'retry-after': `${retryAfterS}` };
  return { status, headers, bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)) };
}

function breakOf(fault: ScriptedFault | undefined): BodyConditions['breaks'] {
  switch (fault?.kind) {
    case 'refuse':
      return { kind: 'reset', afterBytes: 0 };
    case 'silence':
      return { kind: 'hang', afterBytes: 0 };
    case 'short':
      return { kind: 'end', afterBytes: fault.afterBytes };
    case 'hang':
    case 'reset':
      return { kind: fault.kind, afterBytes: fault.afterBytes };
    default:
      return undefined;
  }
}

function parseRange(headers: HttpRequest['headers']): readonly [number, number] | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers?.Range ?? headers?.range ?? '') ?? [];
  if (first === undefined) return undefined;
  return [Number(first), last ? Number(last) + 1 : Number.POSITIVE_INFINITY];
}

/** Bytes in which every position can be told from its neighbours; equal for equal seeds. */
export function patternBytes(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let at = 0; at < sizeBytes; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
