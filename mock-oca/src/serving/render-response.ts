import type { OpenFile } from '../disks/disk-store.ts';
import { type ChunkReader, ConnectionCut, type Exchange } from './exchange.ts';
import type { MediaService } from './media-service.ts';
import type { RequestHead } from './plan-response.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Performs a plan as a `Response`: for msw and simulations. A reset is a body that errors, or, before the head, a
 * rejected promise; a stall is a body that gives nothing. Cancelling the body or aborting the request releases at once.
 */
export async function renderResponse(media: MediaService, request: Request, clientAddress: string): Promise<Response> {
  const exchange = media.open(headOf(request, clientAddress), CHUNK_BYTES);
  const onAbort = (): void => exchange.end('client-closed');
  request.signal.addEventListener('abort', onAbort);
  const plan = await exchange.begin(freshChunks).catch((error: unknown) => {
    exchange.end(outcomeOf(error));
    throw error;
  });
  const { status, headers, body } = plan;
  if (request.signal.aborted) throw request.signal.reason;
  if (body.kind === 'file') return new Response(bodyOf(exchange), { status, headers });
  exchange.end('complete');
  return new Response(body.kind === 'text' ? body.text : null, { status, headers });
}

function headOf(request: Request, clientAddress: string): RequestHead {
  const url = new URL(request.url);
  return {
    method: request.method,
    target: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    clientAddress,
  };
}

function bodyOf(exchange: Exchange): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        exchange.onCut((cut) => {
          exchange.end(cut.outcome);
          controller.error(cut);
        });
      },
      async pull(controller) {
        try {
          const chunk = await exchange.next();
          if (chunk) return controller.enqueue(chunk);
          if (exchange.ended) return controller.error(new ConnectionCut('client-closed', 'The request was aborted.'));
          exchange.end('complete');
          controller.close();
        } catch (error) {
          exchange.end(outcomeOf(error));
          controller.error(error);
        }
      },
      cancel: () => exchange.end('client-closed'),
    },
    { highWaterMark: 0 },
  );
}

function outcomeOf(error: unknown): ConnectionCut['outcome'] {
  return error instanceof ConnectionCut ? error.outcome : 'reset';
}

/** A stream's reader keeps its chunks: each is a new one. */
function freshChunks(file: OpenFile): ChunkReader {
  return {
    async read(position, maxBytes) {
      const chunk = new Uint8Array(maxBytes);
      const bytes = await file.read(chunk, position);
      if (bytes === 0) throw new Error('The file ended before its range.');
      return bytes === maxBytes ? chunk : chunk.subarray(0, bytes);
    },
    release() {},
  };
}
