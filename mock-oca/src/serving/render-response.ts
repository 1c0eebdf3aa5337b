import { ConnectionCut } from './exchange.ts';
import { freshChunks, MediaAnswer } from './media-answer.ts';
import type { MediaService } from './media-service.ts';
import type { RequestHead } from './plan-response.ts';

/**
 * Performs a plan as a `Response`: for msw. A reset is a body that errors, or, before the head, a rejected promise; a
 * stall is a body that gives nothing. Cancelling the body or aborting the request releases at once.
 */
export async function renderResponse(media: MediaService, request: Request, clientAddress: string): Promise<Response> {
  const answer = new MediaAnswer(media, headOf(request, clientAddress), { readerOf: freshChunks });
  request.signal.addEventListener('abort', () => answer.cancel());
  const { status, headers, body } = await answer.plan;
  if (request.signal.aborted) throw request.signal.reason;
  if (body.kind === 'file') return new Response(bodyOf(answer), { status, headers });
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

function bodyOf(answer: MediaAnswer): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => answer.onCut((cut) => controller.error(cut)),
      async pull(controller) {
        try {
          const chunk = await answer.read();
          if (chunk) controller.enqueue(chunk);
          else if (answer.cancelled) controller.error(new ConnectionCut('client-closed', 'The request was aborted.'));
          else controller.close();
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: () => answer.cancel(),
    },
    { highWaterMark: 0 },
  );
}
