import type { IndexShelf } from '@pressplay/mock-backend';
import { sha256Hex } from './sha256.ts';

/** What the text of an index becomes, about, when it is compressed: browsers have no synchronous compressor. */
const GZIP_SHARE = 0.45;

/** Object storage of the simulated regions: `GET {baseUrl}/v1/origin/{token}/{fileId}`, with `Range: bytes=N-`. */
export class SimulatedOrigin {
  readonly #files = new Map<string, Uint8Array>();

  add(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [fileId, bytes] of files) this.#files.set(fileId, bytes);
  }

  /** For the index files of long films. */
  readonly indexShelf: IndexShelf = {
    gzippedBytes: async (text) => text.length * GZIP_SHARE,
    sha256Hex,
    put: async (fileId, bytes) => void this.#files.set(fileId, bytes),
    read: async (fileId) => this.#files.get(fileId),
  };

  file(fileId: string): Uint8Array | undefined {
    return this.#files.get(fileId);
  }

  /** Turns one byte over, as bad storage would. The file that others hold is left as it is. */
  corrupt(fileId: string): void {
    const bytes = this.#files.get(fileId)?.slice();
    if (!bytes) throw new Error(`The origin has no file ${fileId}.`);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    this.#files.set(fileId, bytes);
  }

  /** Answers for a file once the backend has checked the token. */
  answer(request: Request, fileId: string): Response {
    const bytes = this.#files.get(fileId);
    if (!bytes) return new Response(null, { status: 404 });
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.get('range') ?? '')?.[1] ?? 0);
    if (from >= bytes.length) return new Response(null, { status: 416 });
    const headers = {
      'content-length': String(bytes.length - from),
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    };
    return new Response(streamOf(bytes.subarray(from)), { status: from > 0 ? 206 : 200, headers });
  }
}

const CHUNK_BYTES = 64 * 1024;

/** Views, never copies. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        at += chunk.length;
        if (chunk.length > 0) controller.enqueue(chunk);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
