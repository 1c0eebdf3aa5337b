import type { FillFile, FillSource } from '@pressplay/protocol/messages';
import { uncancellable, withDeadline } from '../deadline.ts';
import type { Clock, Http, Sha256Hasher } from '../deps.ts';
import { type DiskStore, type FileWriter, isDiskError } from '../disks/disk-store.ts';

const HEAD_DEADLINE_MS = 5000;
/** No bytes for so long: the next source continues. */
const IDLE_DEADLINE_MS = 5000;

export interface FetchPorts {
  readonly clock: Clock;
  readonly http: Http;
  readonly disks: DiskStore;
  readonly sha256: () => Sha256Hasher;
}

export type SourceFailure = {
  readonly source: FillSource;
  readonly kind: 'dead' | 'wrong-bytes';
  readonly message: string;
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
 * visible only when its size and hash are right. Wrong bytes are blamed on every source that gave some.
 */
export async function fetchFile(
  file: FillFile,
  sources: readonly FillSource[],
  ports: FetchPorts,
  stop: AbortSignal,
): Promise<FetchResult> {
  const failures: SourceFailure[] = [];
  let copy: Copy | undefined;
  try {
    for (const source of sources) {
      if (stop.aborted) break;
      copy ??= await Copy.start(file, ports);
      const failure = await copy.continueFrom(source, stop);
      if (failure) failures.push(failure);
      if (failure?.kind === 'wrong-bytes') copy = await discard(copy);
      if (!copy?.complete) continue;
      if (await copy.commit()) return { ok: true, sources: copy.givers, failures };
      failures.push(...copy.givers.map((giver) => wrongHash(giver)));
      copy = await discard(copy);
    }
  } catch (error) {
    if (!isDiskError(error)) throw error;
    return { ok: false, cause: 'disk', message: error.message, failures };
  } finally {
    await copy?.abort();
  }
  if (stop.aborted) return { ok: false, cause: 'stopped', message: 'Stopped.', failures };
  return { ok: false, cause: 'sources', message: 'No source gave the file.', failures };
}

async function discard(copy: Copy): Promise<undefined> {
  await copy.abort();
  return undefined;
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

  /** Takes from the first byte still missing. Undefined when this source gave all the rest. */
  async continueFrom(source: FillSource, stop: AbortSignal): Promise<SourceFailure | undefined> {
    const { clock, http } = this.#ports;
    const abort = new AbortController();
    const request = new Request(source.url, {
      signal: abort.signal,
      ...(this.#bytes > 0 && { headers: { range: `bytes=${this.#bytes}-` } }),
    });
    try {
      const response = await withDeadline(clock, HEAD_DEADLINE_MS, () => uncancellable(http(request)), stop);
      const wrong = this.#judgeHead(response);
      if (wrong) return { source, ...wrong };
      return await this.#take(source, response, stop);
    } catch (error) {
      if (isDiskError(error)) throw error;
      return { source, kind: 'dead', message: String(error) };
    } finally {
      abort.abort();
    }
  }

  #judgeHead(response: Response): Omit<SourceFailure, 'source'> | undefined {
    if (response.status !== 200 && response.status !== 206)
      return { kind: 'dead', message: `Answered with ${response.status}.` };
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    const total = response.status === 206 ? range?.[2] : response.headers.get('content-length');
    if (response.status === 206 && Number(range?.[1]) !== this.#bytes)
      return { kind: 'dead', message: 'Answered with another range.' };
    if (typeof total !== 'string' || Number(total) === this.#file.sizeBytes) return undefined;
    return { kind: 'wrong-bytes', message: `Has ${total} bytes instead of ${this.#file.sizeBytes}.` };
  }

  async #take(source: FillSource, response: Response, stop: AbortSignal): Promise<SourceFailure | undefined> {
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
      }
    } finally {
      reader.cancel().catch(() => {});
    }
    return this.complete ? undefined : { source, kind: 'dead', message: `Broke off at byte ${this.#bytes}.` };
  }

  async #append(source: FillSource, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    if (this.givers.at(-1) !== source) this.givers.push(source);
    this.#hasher.update(bytes);
    await this.#writer.append(bytes);
    this.#bytes += bytes.length;
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
