import type { Fault } from '@pressplay/protocol/messages';
import type { LogLevel } from '../../../deps.ts';
import type { DiskErrorKind, FileEntry } from '../../../disks/disk-store.ts';
import type { OcaConfig } from '../../../oca-config.ts';
import type { TlsFiles } from '../../tls-files.ts';

/** What a worker is born with. */
export interface WorkerOrder {
  readonly worker: number;
  readonly workers: number;
  readonly memory: SharedArrayBuffer;
  /** The agent's clock, ahead of the machine's: all threads count alike. */
  readonly clockOffsetMs: number;
  readonly config: OcaConfig;
  readonly files: readonly PlacedFile[];
  readonly faults: readonly Fault[];
  readonly pinned: readonly PinnedFile[];
  readonly tls: TlsFiles | undefined;
  readonly requestLogFile: string | undefined;
  readonly slowClientMs: number | undefined;
  readonly slowHeadersMs: number | undefined;
}

export interface PlacedFile {
  readonly entry: FileEntry;
  readonly folder: string;
}

/** A file in memory that all threads see. */
export interface PinnedFile {
  readonly fileId: string;
  readonly bytes: Uint8Array;
}

/** What the agent tells a worker. */
export type ToWorker =
  /** The descriptor of a connection, the worker's own from here on. */
  | { readonly kind: 'connection'; readonly fd: number }
  | { readonly kind: 'files'; readonly came: readonly PlacedFile[]; readonly gone: readonly string[] }
  | { readonly kind: 'pinned'; readonly files: readonly PinnedFile[] }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }
  | { readonly kind: 'plays'; readonly playId: string }
  /** Answers a question of the worker. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  /** To be answered by `done`: what was told before is so. */
  | { readonly kind: 'settle'; readonly id: number }
  | { readonly kind: 'reload' }
  | { readonly kind: 'reopen-log' }
  | { readonly kind: 'close'; readonly graceMs: number };

/** What a worker tells the agent. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'plays'; readonly playId: string }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: 'disk-failed'; readonly target: string; readonly failure: Failure }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question };

export type Question =
  /** Why the worker could not open a file that it was told of. */
  | { readonly what: 'try-file'; readonly fileId: string }
  /** Resolves when these bytes of it lie in memory. */
  | { readonly what: 'bring'; readonly fileId: string; readonly position: number; readonly bytes: number }
  | { readonly what: 'control'; readonly request: ControlRequest };

export interface ControlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

export interface ControlAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** Undefined where all went well. */
export type FileAnswer = Failure | undefined;

/** An error on its way between threads. */
export interface Failure {
  readonly message: string;
  /** Of a `DiskError`. */
  readonly diskKind?: DiskErrorKind;
}
