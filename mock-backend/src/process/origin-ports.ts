import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { IndexShelf } from '../catalog/index-shelf.ts';
import type { Origin } from '../origin/origin.ts';
import type { OriginAnswer } from '../ports.ts';
import { originAnswer } from './origin-answer.ts';

const gzipped = promisify(gzip);

/** What an origin is to a region: OCAs fill from it, and it keeps the index files of long films. */
export function originPorts(origin: Origin): { readonly origin: OriginAnswer; readonly indexShelf: IndexShelf } {
  return { origin: originAnswer(origin), indexShelf: indexShelf(origin) };
}

export function indexShelf(origin: Pick<Origin, 'has' | 'put' | 'read'>): IndexShelf {
  return {
    gzippedBytes: async (text) => (await gzipped(text)).length,
    sha256Hex: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    async put(fileId, bytes) {
      if (!(await origin.has(fileId))) await origin.put(once(bytes), fileId);
    },
    async read(fileId) {
      const file = await origin.read(fileId);
      return file && new Uint8Array(await new Response(file.stream).arrayBuffer());
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
