import type { PlayResponse } from '@pressplay/protocol/messages';
import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type ByteReader,
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from '../ports/http-client.ts';
import { sampleSegmentHead } from './sample-segment.ts';

/** How a region of the sample answers: as it should, not at all, by refusing the connection, or with these words. */
export type RegionManner = 'answers' | 'hangs' | 'refuses' | { readonly status: number; readonly body: string };

export type SampleFile = Pick<PlayResponse['fileSets'][number]['renditions'][number], 'index'>;

const CHUNK_BYTES = 64 * 1024;
const CHUNK_MS = 20;

/**
 * A backend and its servers in a few lines, in Clock time: for tests of what stands above HTTP. Regions live at
 * `http://{regionId}.test`, servers where `play` says. Byte `n` of every file is
 * `sampleByte(n)`, but for the boxes at the start of each segment.
 */
export class SampleNetwork {
  /** What the regions answer from now on, renewals included. */
  play: PlayResponse;
  /** Where they leave out segments that the servers have: the index file of a long film lists those. */
  cutPlay: PlayResponse | undefined;
  /** Bytes of the index file, by OCA id; undefined where one has none. */
  indexAt: (ocaId: string) => Uint8Array | undefined = () => undefined;
  readonly regions: Record<string, RegionManner> = {};
  /** How they answer renewals, where otherwise than the rest. */
  readonly renewals: Record<string, RegionManner> = {};
  /** OCA ids whose connections break, also those under way. */
  readonly deadOcas: Set<string> = new Set();
  /** Which no server honours any more. */
  readonly expiredTokens: Set<string> = new Set();
  readonly asked: { readonly url: string; readonly body: string | undefined; readonly atMs: number }[] = [];
  rateBps = 20_000_000;
  latencyMs = 10;
  readonly #clock: Clock;

  constructor(clock: Clock, play: PlayResponse) {
    this.#clock = clock;
    this.play = play;
  }

  readonly http: HttpClient = async (request) => {
    this.asked.push({ url: request.url, body: request.body, atMs: this.#clock.nowMs() });
    await this.#pause(this.latencyMs, request.signal);
    const [, host = '', path = ''] = /^http:\/\/([^/]+)\.test\/([^?]*)/.exec(request.url) ?? [];
    if (path.startsWith('v1/')) return this.#askRegion(host, path, request);
    return this.#askOca(host, path, request);
  };

  async #askRegion(regionId: string, path: string, { signal }: HttpRequest): Promise<HttpResponse> {
    const isRenewal = path.endsWith('/renew');
    const manner = (isRenewal ? this.renewals[regionId] : undefined) ?? this.regions[regionId] ?? 'answers';
    if (manner === 'refuses') throw new HttpFailure('network', 'connection refused');
    if (manner === 'hangs') await this.#pause(Number.POSITIVE_INFINITY, signal);
    if (typeof manner === 'object') return textResponse(manner.status, manner.body);
    return textResponse(
      200,
      JSON.stringify(isRenewal ? this.#renewal() : { ...(this.cutPlay ?? this.play), region: regionId }),
    );
  }

  #renewal(): unknown {
    const { fileSets, playId, token, expiresInMs, servers, refreshInMs } = this.play;
    const entries = fileSets.flatMap((set) => set.renditions.map(({ fileId }) => [fileId, set.servers] as const));
    const { indexFile } = this.cutPlay ?? {};
    if (indexFile) entries.push([indexFile.fileId, indexFile.servers]);
    const refresh = refreshInMs === undefined ? {} : { refreshInMs };
    return { playId, token, expiresInMs, servers, ...refresh, fileServers: Object.fromEntries(entries) };
  }

  #askOca(host: string, path: string, request: HttpRequest): HttpResponse {
    if (this.deadOcas.has(host)) throw new HttpFailure('network', 'connection reset');
    if ([...this.expiredTokens].some((token) => path.startsWith(`${token}/`)))
      return textResponse(403, '{"error":{"code":"token/expired"}}');
    const files = [...this.play.fileSets.flatMap((set) => set.renditions), ...this.#indexFiles(host)];
    const file = files.find(({ fileId }) => path.endsWith(`/${fileId}`));
    if (!file) return textResponse(404, '');
    const [, first = '0', last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers?.Range ?? 'bytes=0-') ?? [];
    const start = Number(first);
    const end = last ? Math.min(Number(last) + 1, file.sizeBytes) : file.sizeBytes;
    const headers: Readonly<Record<string, string>> = {
      etag: file.etag,
      'content-range': `bytes ${start}-${end - 1}/${file.sizeBytes}`,
      'content-length': String(end - start),
    };
    return {
      status: 206,
      header: (name) => headers[name] ?? null,
      body: this.#body(host, file, [start, end], request.signal),
    };
  }

  #indexFiles(host: string) {
    const bytes = this.indexAt(host);
    return this.cutPlay?.indexFile && bytes ? [{ ...this.cutPlay.indexFile, bytes }] : [];
  }

  #body(
    host: string,
    file: SampleFile | { readonly bytes: Uint8Array },
    [start, end]: readonly [number, number],
    signal: CancelSignal | undefined,
  ): ByteReader {
    let at = start;
    let cancelled = false;
    return {
      read: async () => {
        const size = Math.min(CHUNK_BYTES, end - at, Math.ceil((this.rateBps * CHUNK_MS) / 8000));
        if (cancelled || size <= 0) return undefined;
        await this.#pause((size * 8000) / this.rateBps, signal);
        if (this.deadOcas.has(host)) throw new HttpFailure('network', 'connection reset');
        const chunk = 'bytes' in file ? file.bytes.slice(at, at + size) : sampleBytes(file, at, at + size);
        at += size;
        return cancelled ? undefined : chunk;
      },
      cancel: () => {
        cancelled = true;
      },
    };
  }

  #pause(delayMs: number, signal: CancelSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = Number.isFinite(delayMs) ? this.#clock.schedule(delayMs, () => settle(resolve)) : () => {};
      const abort = (): void => settle(() => reject(new HttpFailure('aborted', 'aborted')));
      const settle = (how: () => void): void => {
        cancel();
        signal?.removeEventListener('abort', abort);
        how();
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort);
    });
  }
}

/** `[startByte, endByte)` of a file of a sample title: `sampleByte(n)` at position `n`, and boxes where segments start. */
export function sampleBytes(file: SampleFile, startByte: number, endByte: number): Uint8Array {
  const bytes = new Uint8Array(endByte - startByte);
  for (let i = 0; i < bytes.length; i++) bytes[i] = sampleByte(startByte + i);
  let start = file.index.offset0;
  for (const size of file.index.sizes) {
    const end = start + size;
    const head = start < endByte && end > startByte ? sampleSegmentHead(size) : new Uint8Array();
    const from = Math.max(start, startByte);
    const to = Math.min(start + head.length, endByte);
    if (from < to) bytes.set(head.subarray(from - start, to - start), from - startByte);
    start = end;
  }
  return bytes;
}

/** What the sample's files hold at a position. */
export const sampleByte = (position: number): number => position % 251;

function textResponse(status: number, text: string): HttpResponse {
  let rest: Uint8Array | undefined = Uint8Array.from([...unescape(encodeURIComponent(text))], (c) => c.charCodeAt(0));
  const read = async (): Promise<Uint8Array | undefined> => {
    const chunk = rest;
    rest = undefined;
    return chunk;
  };
  return { status, header: () => null, body: { read, cancel: () => (rest = undefined) } };
}
