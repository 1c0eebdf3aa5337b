import type { FillFile, FillSource } from '@pressplay/protocol/messages';
import { uncancellable, withDeadline } from '../deadline.ts';
import type { Clock, Http, Sha256Hasher } from '../deps.ts';
import { type DiskStore, type FileWriter, isDiskError } from '../disks/disk-store.ts';

const HEAD_DEADLINE_MS = 5000;
/** No bytes for so long: the next source continues. */
const IDLE_DEADLINE_MS = 5000;
/** Asked for at a time: whoever gives a copy decides anew with each part whether it has room beside its viewers. */
export const PART_BYTES = 8 * 1024 * 1024;
/** So often in turn a copy waits for sources that are all busy before what it has is thrown away. */
const MOST_WAITS = 30;
/** A pace that changes is heeded so soon. */
const LONGEST_PAUSE_MS = 500;

export interface FetchPorts {
  readonly clock: Clock;
  readonly http: Http;
  readonly disks: DiskStore;
  readonly sha256: () => Sha256Hasher;
  /** How fast this copy may come now. */
  readonly paceBps: () => number;
}

export type SourceFailure = {
  readonly source: FillSource;
  readonly kind: 'dead' | 'wrong-bytes' | 'busy';
  readonly message: string;
  /** Of a busy one: when it may be asked again. */
  readonly retryInMs?: number;
};

export type FetchResult =
  | { readonly ok: true; readonly sources: readonly FillSource[]; readonly failures: readonly SourceFailure[] }
  | {
      readonly ok: false;
      readonly cause: 'sources' | 'disk' | 'stopped';
      readonly message: string;
      readonly failures: readonly SourceFailure[];
    };

/**
 * Copies one file: the sources in turn, each continuing where the one before broke off, into a file that becomes
 * visible only when its size and hash are right. Wrong bytes are blamed on every source that gave some. Where all are busy with viewers,
 * what is there already waits for them.
 */
export async function fetchFile(
  file: FillFile,
  sources: readonly FillSource[],
  ports: FetchPorts,
  stop: AbortSignal,
): Promise<FetchResult> {
  const attempt = new Attempt(file, ports, stop);
  try {
    for (let waits = 0; waits <= MOST_WAITS; waits++) {
      const heldBytes = attempt.heldBytes;
      const busyForMs = await attempt.ask(sources);
      if (attempt.done) return { ok: true, sources: attempt.done, failures: attempt.failures };
      if (stop.aborted || busyForMs === undefined || attempt.heldBytes === 0) break;
      if (attempt.heldBytes > heldBytes) waits = 0;
      await pause(ports.clock, busyForMs, stop);
    }
  } catch (error) {
    if (!isDiskError(error)) throw error;
    return { ok: false, cause: 'disk', message: error.message, failures: attempt.failures };
  } finally {
    await attempt.end();
  }
  if (stop.aborted) return { ok: false, cause: 'stopped', message: 'Stopped.', failures: attempt.failures };
  return { ok: false, cause: 'sources', message: 'No source gave the file.', failures: attempt.failures };
}

/** What has been tried for one file. */
class Attempt {
  readonly failures: SourceFailure[] = [];
  /** Who gave it, once it is there. */
  done: readonly FillSource[] | undefined;
  readonly #file: FillFile;
  readonly #ports: FetchPorts;
  readonly #stop: AbortSignal;
  #copy: Copy | undefined;

  constructor(file: FillFile, ports: FetchPorts, stop: AbortSignal) {
    this.#file = file;
    this.#ports = ports;
    this.#stop = stop;
  }

  get heldBytes(): number {
    return this.#copy?.bytes ?? 0;
  }

  /** Each source in turn. When the first of those that are only busy may be asked again; undefined where none is. */
  async ask(sources: readonly FillSource[]): Promise<number | undefined> {
    let busyForMs: number | undefined;
    for (const source of sources) {
      if (this.#stop.aborted) break;
      this.#copy ??= await Copy.start(this.#file, this.#ports);
      const failure = await this.#copy.continueFrom(source, this.#stop);
      if (failure) this.failures.push(failure);
      if (failure?.retryInMs !== undefined) busyForMs = Math.min(failure.retryInMs, busyForMs ?? failure.retryInMs);
      if (failure?.kind === 'wrong-bytes') await this.end();
      if (!this.#copy?.complete) continue;
      if (await this.#copy.commit()) {
        this.done = this.#copy.givers;
        return undefined;
      }
      this.failures.push(...this.#copy.givers.map((giver) => wrongHash(giver)));
      await this.end();
    }
    return busyForMs;
  }

  /** Throws away what is not whole. */
  async end(): Promise<void> {
    await this.#copy?.abort();
    this.#copy = undefined;
  }
}

function pause(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      stop.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(delayMs, end);
    stop.addEventListener('abort', end);
    if (stop.aborted) end();
  });
}

function wrongHash(source: FillSource): SourceFailure {
  return { source, kind: 'wrong-bytes', message: 'The bytes do not have the hash that the manifest names.' };
}

/** A copy under way. */
class Copy {
  readonly givers: FillSource[] = [];
  readonly #file: FillFile;
  readonly #ports: FetchPorts;
  readonly #writer: FileWriter;
  readonly #hasher: Sha256Hasher;
  #bytes = 0;

  static async start(file: FillFile, ports: FetchPorts): Promise<Copy> {
    const { fileId, titleId, sizeBytes, sha256, contentType } = file;
    const entry = { fileId, titleId, sizeBytes, sha256, ...(contentType !== undefined && { contentType }) };
    return new Copy(file, ports, await ports.disks.write(entry));
  }

  constructor(file: FillFile, ports: FetchPorts, writer: FileWriter) {
    this.#file = file;
    this.#ports = ports;
    this.#writer = writer;
    this.#hasher = ports.sha256();
  }

  get complete(): boolean {
    return this.#bytes === this.#file.sizeBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes from the first byte still missing, part after part. Undefined when this source gave all the rest. */
  async continueFrom(source: FillSource, stop: AbortSignal): Promise<SourceFailure | undefined> {
    for (;;) {
      const failure = await this.#takePart(source, stop);
      if (failure || this.complete) return failure;
    }
  }

  async #takePart(source: FillSource, stop: AbortSignal): Promise<SourceFailure | undefined> {
    const { clock, http } = this.#ports;
    const abort = new AbortController();
    const endByte = Math.min(this.#bytes + PART_BYTES, this.#file.sizeBytes);
    const last = endByte < this.#file.sizeBytes ? endByte - 1 : '';
    const request = new Request(source.url, {
      signal: abort.signal,
      ...((this.#bytes > 0 || last !== '') && { headers: { range: `bytes=${this.#bytes}-${last}` } }),
    });
    try {
      const response = await withDeadline(clock, HEAD_DEADLINE_MS, () => uncancellable(http(request)), stop);
      const wrong = this.#judgeHead(response);
      if (wrong) return { source, ...wrong };
      return await this.#take(source, response, endByte, stop);
    } catch (error) {
      if (isDiskError(error)) throw error;
      return { source, kind: 'dead', message: String(error) };
    } finally {
      abort.abort();
    }
  }

  #judgeHead(response: Response): Omit<SourceFailure, 'source'> | undefined {
    const retryInMs = 1000 * Number(response.headers.get('retry-after') ?? Number.NaN);
    if (response.status === 503 && retryInMs > 0)
      return { kind: 'busy', message: 'Has no room for copies.', retryInMs };
    if (response.status !== 200 && response.status !== 206)
      return { kind: 'dead', message: `Answered with ${response.status}.` };
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    const total = response.status === 206 ? range?.[2] : response.headers.get('content-length');
    if (response.status === 206 && Number(range?.[1]) !== this.#bytes)
      return { kind: 'dead', message: 'Answered with another range.' };
    if (typeof total !== 'string' || Number(total) === this.#file.sizeBytes) return undefined;
    return { kind: 'wrong-bytes', message: `Has ${total} bytes instead of ${this.#file.sizeBytes}.` };
  }

  async #take(
    source: FillSource,
    response: Response,
    endByte: number,
    stop: AbortSignal,
  ): Promise<SourceFailure | undefined> {
    const reader = response.body?.getReader();
    if (!reader) return { source, kind: 'dead', message: 'Answered without a body.' };
    // A source that ignores Range starts over: what is already here is skipped.
    let skipBytes = response.status === 200 ? this.#bytes : 0;
    try {
      for (;;) {
        const { done, value } = await withDeadline(
          this.#ports.clock,
          IDLE_DEADLINE_MS,
          () => uncancellable(reader.read()),
          stop,
        );
        if (done) break;
        const fresh = value.subarray(Math.min(skipBytes, value.length));
        skipBytes -= value.length - fresh.length;
        if (this.#bytes + fresh.length > this.#file.sizeBytes)
          return { source, kind: 'wrong-bytes', message: 'Gave too many bytes.' };
        await this.#append(source, fresh);
        await this.#keepPace(value.length, stop);
      }
    } finally {
      reader.cancel().catch(() => {});
    }
    return this.#bytes >= endByte ? undefined : { source, kind: 'dead', message: `Broke off at byte ${this.#bytes}.` };
  }

  async #append(source: FillSource, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.givers.at(-1) !== source) this.givers.push(source);
    this.#hasher.update(bytes);
    await this.#writer.append(bytes);
    this.#bytes += bytes.length;
  }

  /** Waits as long as so many bytes take at the pace of this moment: what is not read is not sent. */
  async #keepPace(bytes: number, stop: AbortSignal): Promise<void> {
    const { clock, paceBps } = this.#ports;
    for (let owedBits = bytes * 8; owedBits > 0 && !stop.aborted; ) {
      const rateBps = paceBps();
      if (rateBps === Number.POSITIVE_INFINITY) return;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, (owedBits * 1000) / rateBps);
      await pause(clock, pauseMs, stop);
      owedBits -= (pauseMs * rateBps) / 1000;
    }
  }

  /** False when the hash is wrong: nothing is kept then. */
  async commit(): Promise<boolean> {
    if (this.#hasher.hex() !== this.#file.sha256) return false;
    await this.#writer.commit();
    return true;
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }
}
