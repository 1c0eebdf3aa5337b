/** Longest legal target: a token (at most 176), a file id and a generous CMCD query. */
const MAX_TARGET_CHARACTERS = 4096;
const MAX_PATH_CHARACTERS = 256;
const PATH = /^\/([A-Za-z0-9-]+)\/([0-9a-f]{32})$/;

export type RequestTarget =
  | { readonly ok: true; readonly token: string; readonly fileId: string }
  | { readonly ok: false; readonly message: string };

/**
 * `/{token}/{fileId}`, the query ignored (CMCD lives there). Nothing is decoded: no legal path has anything to decode,
 * so `..`, `%2f`, NUL, backslashes and doubled slashes all fail the same way.
 */
export function parseTarget(target: string): RequestTarget {
  if (target.length > MAX_TARGET_CHARACTERS) return { ok: false, message: 'The request target is too long.' };
  const queryAt = target.indexOf('?');
  const path = queryAt < 0 ? target : target.slice(0, queryAt);
  if (path.length > MAX_PATH_CHARACTERS) return { ok: false, message: 'The path is too long.' };
  const [, token, fileId] = PATH.exec(path) ?? [];
  if (token === undefined || fileId === undefined) {
    return { ok: false, message: 'The path must be /{token}/{fileId}, with a file id of 32 lower-case hex digits.' };
  }
  return { ok: true, token, fileId };
}
