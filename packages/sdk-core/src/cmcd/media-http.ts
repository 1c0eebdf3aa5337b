import type { ByteReader, HttpClient, HttpRequest, HttpResponse } from '../ports/http-client.ts';

/** One media request that is over: answered, refused, broken or given up. */
export interface MediaExchange {
  readonly url: string;
  readonly startedAtMs: number;
  /** 0 where no answer came. */
  readonly status: number;
  readonly headAfterMs?: number;
  readonly firstByteAfterMs?: number;
  /** Present where the body came to its end. */
  readonly lastByteAfterMs?: number;
}

export interface MediaHttpHooks {
  readonly nowMs: () => number;
  /** The query for a request; undefined leaves the request as it is, and untold. */
  readonly queryFor: (request: HttpRequest) => string | undefined;
  readonly onDone: (exchange: MediaExchange) => void;
}

/** A client that puts CMCD into the query, where it costs no preflight, and times what comes back. */
export function mediaHttp(http: HttpClient, hooks: MediaHttpHooks): HttpClient {
  return async (request) => {
    const query = hooks.queryFor(request);
    if (query === undefined) return http(request);
    const watch = new ExchangeWatch(request.url, hooks);
    try {
      const response = await http({ ...request, url: `${request.url}?${query}` });
      return watch.answered(response, wantedBytes(request));
    } catch (error) {
      watch.done();
      throw error;
    }
  };
}

class ExchangeWatch {
  readonly #hooks: MediaHttpHooks;
  readonly #startedAtMs: number;
  readonly #url: string;
  #seen: Omit<MediaExchange, 'url' | 'startedAtMs'> = { status: 0 };
  #isDone = false;

  constructor(url: string, hooks: MediaHttpHooks) {
    this.#url = url;
    this.#hooks = hooks;
    this.#startedAtMs = hooks.nowMs();
  }

  answered(response: HttpResponse, wanted: number): HttpResponse {
    this.#seen = { status: response.status, headAfterMs: this.#passedMs() };
    return {
      status: response.status,
      header: (name) => response.header(name),
      body: this.#timed(response.body, wanted),
    };
  }

  done(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#hooks.onDone({ url: this.#url, startedAtMs: this.#startedAtMs, ...this.#seen });
  }

  #timed(body: ByteReader, wanted: number): ByteReader {
    let leftBytes = wanted;
    const last = (): void => {
      if (this.#isDone) return;
      this.#seen = { ...this.#seen, lastByteAfterMs: this.#passedMs() };
      this.done();
    };
    return {
      read: async () => {
        try {
          const chunk = await body.read();
          if (chunk && this.#seen.firstByteAfterMs === undefined)
            this.#seen = { ...this.#seen, firstByteAfterMs: this.#passedMs() };
          leftBytes -= chunk?.length ?? 0;
          if (!chunk || leftBytes <= 0) last();
          return chunk;
        } catch (error) {
          this.done();
          throw error;
        }
      },
      cancel: () => {
        this.done();
        body.cancel();
      },
    };
  }

  #passedMs(): number {
    return this.#hooks.nowMs() - this.#startedAtMs;
  }
}

/** As many as the range names. */
function wantedBytes({ headers }: HttpRequest): number {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers?.Range ?? '') ?? [];
  return last === undefined ? Number.POSITIVE_INFINITY : Number(last) - Number(first) + 1;
}
