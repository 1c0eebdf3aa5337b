import type { ByteReader, HttpClient, HttpResponse } from '@pressplay/sdk-node';

export interface HalfWay {
  /** Where the range is being fetched from. */
  readonly origin: string;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
}

/** An HTTP client that says when half of a large range has reached the player. */
export function tellHalfWay(next: HttpClient, largeBytes: number, onHalfWay: (at: HalfWay) => void): HttpClient {
  return async (request) => {
    const response = await next(request);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers?.Range ?? '') ?? [];
    const startByte = Number(first);
    const endByte = Number(last) + 1;
    if (response.status !== 206 || !(endByte - startByte >= largeBytes)) return response;
    const told = { origin: new URL(request.url).origin, startByte, endByte };
    return watched(response, (endByte - startByte) / 2, () => onHalfWay(told));
  };
}

function watched(response: HttpResponse, halfBytes: number, onHalf: () => void): HttpResponse {
  let readBytes = 0;
  const body: ByteReader = {
    async read() {
      const chunk = await response.body.read();
      const before = readBytes;
      readBytes += chunk?.length ?? 0;
      if (before < halfBytes && readBytes >= halfBytes) onHalf();
      return chunk;
    },
    cancel: () => response.body.cancel(),
  };
  return { status: response.status, header: (name) => response.header(name), body };
}
