import { maskMediaToken } from '@pressplay/protocol/wire';
import type { Clock } from '@pressplay/sdk-core';
import { type Endpoint, oneWayMs } from './endpoint.ts';
import { Transfer } from './transfer.ts';

/** What a client sends: plain data from the SDK's port, or a `Request` that a process of the fleet made itself. */
export type ExchangeRequest =
  | Request
  | {
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
    };

export interface ExchangeHead {
  readonly status: number;
  readonly headers: Headers;
}

/** Why a client got no answer, or no more of it. */
export class LinkFailure extends Error {
  override readonly name = 'LinkFailure';
}

export type ExchangeOutcome = 'running' | 'complete' | 'cancelled' | 'refused' | 'broken';

/** What went over the wire, for tests: nothing in the system reads it. */
export interface ExchangeRecord {
  readonly from: string;
  readonly to: string;
  readonly method: string;
  /** Path and query, the token's signature masked. */
  readonly path: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly status?: number;
  /** What the server had sent, and what the client took of it. */
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly outcome: ExchangeOutcome;
}

type MutableRecord = { -readonly [K in keyof ExchangeRecord]: ExchangeRecord[K] };

export interface ExchangeHost {
  readonly clock: Clock;
  /** Shares the links anew among the transfers that want to send. */
  readonly onDemandChanged: () => void;
  readonly onTransfer: (transfer: Transfer) => void;
  readonly onEnd: (exchange: Exchange) => void;
}

/** One request and its answer between two machines, connection set-up included. */
export class Exchange {
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly head: Promise<ExchangeHead>;
  readonly #host: ExchangeHost;
  readonly #request: ExchangeRequest;
  readonly #startedAtMs: number;
  readonly #origin: string;
  /** Only where the request is made here: a `Request` brings its own signal, and controllers are dear. */
  #serverGone: AbortController | undefined;
  #hasLeftServer = false;
  readonly #received: Uint8Array[] = [];
  #headSettled: { resolve: (head: ExchangeHead) => void; reject: (error: unknown) => void } | undefined;
  #waitingReader: { resolve: (chunk: Uint8Array | undefined) => void; reject: (error: unknown) => void } | undefined;
  #transfer: Transfer | undefined;
  #status: number | undefined;
  #readBytes = 0;
  #record: MutableRecord | undefined;
  #endedAtMs: number | undefined;
  /** How it ends for the reader once the received chunks are taken. */
  #end: { readonly error?: unknown } | undefined;
  #outcome: ExchangeOutcome = 'running';

  constructor(host: ExchangeHost, client: Endpoint, server: Endpoint, request: ExchangeRequest) {
    this.#host = host;
    this.client = client;
    this.server = server;
    this.#request = request;
    this.#origin = originOf(request.url);
    this.#startedAtMs = host.clock.nowMs();
    this.head = new Promise((resolve, reject) => {
      this.#headSettled = { resolve, reject };
    });
    void this.#run();
  }

  /** Stays true: what is read or sent after the end is in it too. */
  get record(): ExchangeRecord {
    const { method, url } = this.#request;
    this.#record ??= {
      from: this.client.name,
      to: this.server.name,
      method,
      path: maskMediaToken(url.slice(this.#origin.length)),
      startedAtMs: this.#startedAtMs,
      sentBytes: 0,
      readBytes: 0,
      outcome: this.#outcome,
    };
    return this.#update(this.#record);
  }

  #update(record: MutableRecord): ExchangeRecord {
    record.sentBytes = this.#transfer?.sentBytes ?? 0;
    record.readBytes = this.#readBytes;
    record.outcome = this.#outcome;
    if (this.#status !== undefined) record.status = this.#status;
    if (this.#endedAtMs !== undefined) record.endedAtMs = this.#endedAtMs;
    return record;
  }

  /** The next chunk of the body; undefined at the end. Rejects with `LinkFailure` when the connection broke. */
  read(): Promise<Uint8Array | undefined> {
    const chunk = this.#received.shift();
    if (chunk) return Promise.resolve(this.#taken(chunk));
    if (this.#end) return 'error' in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waitingReader = { resolve, reject };
    });
  }

  /** The client lets go; the server hears of it one trip later and may have sent more by then. */
  cancel(error?: unknown): void {
    if (this.#outcome !== 'running') return;
    this.#finish('cancelled', error);
    this.#received.length = 0;
    this.#host.clock.schedule(oneWayMs(this.client, this.server), () => this.#leaveServer());
  }

  /** The server, or its machine, resets the connection; what is on the wire still arrives. */
  break(why: string): void {
    if (this.#outcome !== 'running') return;
    this.#leaveServer();
    this.#later(() => this.#finish('broken', new LinkFailure(why)));
  }

  async #run(): Promise<void> {
    if (!this.client.takeIdleConnection(this.#origin)) {
      await this.#travel();
      if (!this.server.serve || this.server.link.state === 'refuse') {
        this.#later(() => this.#finish('refused', new LinkFailure('connection refused')));
        return;
      }
      await this.#travel();
    }
    await this.#travel();
    if (!this.server.serve || this.server.link.state === 'reset') {
      this.break('connection reset');
      return;
    }
    const response = await this.#serve();
    if (!response) return;
    if (this.#hasLeftServer) {
      response.body?.cancel().catch(() => {});
      return;
    }
    const headArrives = this.#travel();
    const bodyArrives = this.#pump(response);
    await headArrives;
    this.#status = response.status;
    this.#headSettled?.resolve({ status: response.status, headers: response.headers });
    await bodyArrives;
    if (this.#outcome !== 'running') return;
    this.client.keepConnection(this.#origin);
    this.#finish('complete');
  }

  async #serve(): Promise<Response | undefined> {
    try {
      return await this.server.serve?.(this.#asRequest(), { clientAddress: this.client.address });
    } catch (error) {
      this.break(`the server failed: ${error}`);
      return undefined;
    }
  }

  #asRequest(): Request {
    if (this.#request instanceof Request) return this.#request;
    this.#serverGone = new AbortController();
    const { url, ...init } = this.#request;
    return new Request(url, { ...init, signal: this.#serverGone.signal });
  }

  /** Resolves when all of the body has arrived. */
  #pump({ body }: Response): Promise<void> {
    if (!body) return Promise.resolve();
    return new Promise((resolve) => {
      this.#transfer = new Transfer(this.#host.clock, this.server, this.client, body, {
        onDemandChanged: this.#host.onDemandChanged,
        onBytes: (chunk) => this.#receive(chunk),
        onEnd: resolve,
        onSourceFailed: (error) => this.break(`the server gave up: ${error}`),
      });
      this.#host.onTransfer(this.#transfer);
    });
  }

  #receive(chunk: Uint8Array): void {
    if (this.#outcome !== 'running') return;
    const reader = this.#waitingReader;
    this.#waitingReader = undefined;
    if (reader) reader.resolve(this.#taken(chunk));
    else this.#received.push(chunk);
  }

  #taken(chunk: Uint8Array): Uint8Array {
    this.#readBytes += chunk.byteLength;
    if (this.#record) this.#update(this.#record);
    this.#transfer?.read(chunk.byteLength);
    return chunk;
  }

  #finish(outcome: ExchangeOutcome, error?: unknown): void {
    if (this.#outcome !== 'running') return;
    this.#outcome = outcome;
    this.#endedAtMs = this.#host.clock.nowMs();
    this.#end = error === undefined ? {} : { error };
    if (error !== undefined) this.#headSettled?.reject(error);
    const reader = this.#waitingReader;
    this.#waitingReader = undefined;
    if (reader) error === undefined ? reader.resolve(undefined) : reader.reject(error);
    this.#host.onEnd(this);
  }

  #leaveServer(): void {
    this.#transfer?.stop();
    this.#hasLeftServer = true;
    if (this.#record) this.#update(this.#record);
    this.#serverGone?.abort();
  }

  /** One trip, however long a hang makes it. Never arrives once the exchange is over. */
  async #travel(): Promise<void> {
    await this.client.passing();
    await this.server.passing();
    await new Promise<void>((resolve) => this.#later(resolve));
    await this.client.passing();
    await this.server.passing();
    if (this.#outcome !== 'running') await new Promise<never>(() => {});
  }

  #later(callback: () => void): void {
    this.#host.clock.schedule(oneWayMs(this.client, this.server), callback);
  }
}

/** `URL` would do, at ten times the price: an origin ends at the first slash after the scheme's two. */
export function originOf(url: string): string {
  const end = url.indexOf('/', url.indexOf('//') + 2);
  return end < 0 ? url : url.slice(0, end);
}
