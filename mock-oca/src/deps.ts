import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import type { DiskStore } from './disks/disk-store.ts';
import type { Vitals } from './health/machine-watch.ts';
import type { OcaConfigInput } from './oca-config.ts';
import type { RouteSource } from './routes/route-source.ts';
import type { RequestLogLine } from './serving/request-log.ts';

/** Time and timers. `nowMs` is monotonic, `wallMs` is Unix time. */
export interface Clock {
  nowMs(): number;
  wallMs(): number;
  /** Runs `callback` once after `delayMs`. Returns a function that cancels it. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** One request to another machine. Must honour `request.signal`. */
export type Http = (request: Request) => Promise<Response>;

export interface TextCall {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/** The same for small texts: between machines of one process a `Request` and a `Response` cost more than they carry. */
export type TextHttp = (call: TextCall) => { readonly answer: Promise<TextAnswer>; cancel(reason: Error): void };

export interface Sha256Hasher {
  update(bytes: Uint8Array): void;
  hex(): string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export interface OcaDeps {
  readonly config: OcaConfigInput;
  readonly disks: DiskStore;
  readonly http: Http;
  /** For the control plane; where absent, `http` is asked. */
  readonly textHttp?: TextHttp;
  readonly clock: Clock;
  readonly hmac: HmacSha256Hex;
  readonly sha256: () => Sha256Hasher;
  readonly log: Log;
  /** Where the announced prefixes come from; the configuration's list where absent. */
  readonly routes?: RouteSource;
  /** How the machine is, since it was asked last; nobody knows where absent. */
  readonly vitals?: () => Vitals;
  /** One line at the start of each media request, one at its end. Called synchronously. */
  readonly requestLog?: (line: RequestLogLine) => void;
}
