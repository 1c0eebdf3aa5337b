import type { PlayRenewal, PlayResponse } from '@pressplay/protocol/messages';
import type { HttpClient, HttpResponse } from '@pressplay/sdk-core';

/** Passes everything on and sees the grant before the SDK does. */
export function seeingGrant(
  listener: (granted: PlayResponse) => void,
  changed: (answer: PlayResponse | PlayRenewal) => PlayResponse | PlayRenewal = (answer) => answer,
): (next: HttpClient) => HttpClient {
  return (next) => async (request) => {
    const response = await next(request);
    if (!request.url.includes('/v1/plays') || response.status >= 300) return response;
    const answer = JSON.parse(await textOf(response)) as PlayResponse | PlayRenewal;
    if ('fileSets' in answer) listener(answer);
    return { ...response, body: bodyOf(JSON.stringify(changed(answer))) };
  };
}

/** A grant of its first server alone: an SDK that has nothing to choose. */
export function firstServerOf(answer: PlayResponse | PlayRenewal): PlayResponse | PlayRenewal {
  const servers = answer.servers.slice(0, 1);
  if ('fileSets' in answer)
    return { ...answer, servers, fileSets: answer.fileSets.map((set) => ({ ...set, servers: [0] })) };
  const fileServers = Object.fromEntries(Object.keys(answer.fileServers).map((fileId) => [fileId, [0]]));
  return { ...answer, servers, fileServers };
}

/** Probes ask for less than this. */
const LEAST_MEDIA_BYTES = 2049;

/** Sends each request for media to the server that `serverFor` names by its base URL, whatever the SDK believes. */
export function redirectingMedia(serverFor: (bytes: number) => string | undefined): (next: HttpClient) => HttpClient {
  return (next) => (request) => {
    const bytes = bytesOf(request.headers?.Range);
    const baseUrl = bytes < LEAST_MEDIA_BYTES ? undefined : serverFor(bytes);
    if (baseUrl === undefined) return next(request);
    const { pathname, search } = new URL(request.url);
    return next({ ...request, url: baseUrl + pathname + search });
  };
}

function bytesOf(range: string | undefined): number {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return first === undefined ? 0 : Number(last) - Number(first) + 1;
}

async function textOf({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await body.read(); chunk; chunk = await body.read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function bodyOf(text: string): HttpResponse['body'] {
  let rest: Uint8Array | undefined = Buffer.from(text);
  return {
    async read() {
      const chunk = rest;
      rest = undefined;
      return chunk;
    },
    cancel() {
      rest = undefined;
    },
  };
}
