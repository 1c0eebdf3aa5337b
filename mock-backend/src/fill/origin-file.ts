import { type AcceptedKey, type HmacSha256Hex, keysAt, verifyMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BackendClock, OriginAnswer } from '../ports.ts';

export interface OriginFileDeps {
  readonly catalog: Catalog;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly urlKey: string;
  readonly acceptedUrlKeys?: readonly AcceptedKey[] | undefined;
  readonly origin: OriginAnswer | undefined;
}

/** Lets an OCA read a file of the origin: the token must be ours, alive, and of the title that the file belongs to. */
export function originFileRoute({ catalog, clock, hmac, urlKey, acceptedUrlKeys, origin }: OriginFileDeps) {
  return async (request: Request, token: string, fileId: string): Promise<Response> => {
    if (!origin) throw new ApiError('request/not-found', 'This region has no origin.');
    const wallMs = clock.wallMs();
    const verdict = verifyMediaToken(token, keysAt(urlKey, acceptedUrlKeys, wallMs), hmac, wallMs / 1000);
    if (!verdict.ok) throw new ApiError(verdict.code, 'The token in the path opens nothing.', { fileId });
    const titleId = verdict.claims.scope;
    const entry = await catalog.find(titleId);
    if (!entry?.fileIds.includes(fileId)) {
      throw new ApiError('file/unknown', `Title "${titleId}" has no file "${fileId}".`, { titleId, fileId });
    }
    return origin(request, { fileId, titleId });
  };
}
