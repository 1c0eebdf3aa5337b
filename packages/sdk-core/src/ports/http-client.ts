import type { CancelSignal } from './cancel-signal.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: CancelSignal;
  /** To be sent even where the page ends meanwhile. */
  readonly keepalive?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** A response header by its lower-case name; null where absent or not exposed to scripts. */
  header(name: string): string | null;
  readonly body: ByteReader;
}

/** A body, chunk by chunk. */
export interface ByteReader {
  /** The next chunk; undefined at the end. Rejects with `HttpFailure` when the connection breaks. */
  read(): Promise<Uint8Array | undefined>;
  /** Stops the transfer. Idempotent; after it `read` gives undefined. */
  cancel(): void;
}

/**
 * Performs one request and resolves with the head of the response, whatever its status.
 * Rejects with `HttpFailure`: 'aborted' when the signal fired, 'network' for everything else
 * (refused, reset, DNS, CORS: a browser does not tell them apart). Sets no deadline of its own.
 */
export type HttpClient = (request: HttpRequest) => Promise<HttpResponse>;

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: 'network' | 'aborted';

  constructor(kind: 'network' | 'aborted', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
