import { MAX_BODY_BYTES } from '../../../faults/control-target.ts';
import type { ControlAnswer, ControlRequest } from './messages.ts';

/** In a worker: what belongs to the control routes is answered by the agent. */
export async function forwardControl(
  request: Request,
  ask: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<Response> {
  const { method, url } = request;
  const body = method === 'GET' || method === 'HEAD' ? undefined : await bodyOf(request);
  const { status, headers, body: text } = await ask({ method, url, headers: [...request.headers], body });
  return new Response(text, { status, headers: headers as [string, string][] });
}

/** At the agent's side. */
export async function answerControl(
  { method, url, headers, body }: ControlRequest,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<ControlAnswer> {
  const init = { method, headers: headers as [string, string][], ...(body !== undefined && { body }) };
  const response = await fetch(new Request(url, init));
  return { status: response.status, headers: [...response.headers], body: await response.text() };
}

/** No more than is needed to find it too long. */
async function bodyOf(request: Request): Promise<string> {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += decoder.decode(part.value, { stream: true });
    sizeBytes += part.value.length;
    if (sizeBytes <= MAX_BODY_BYTES) continue;
    await reader?.cancel();
    break;
  }
  return text;
}
