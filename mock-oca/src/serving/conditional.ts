import { parseHttpTime } from './http-time.ts';

export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly modifiedAtS: number;
}

export type Condition = 'met' | 'not-modified' | 'failed';

type Headers = Readonly<Record<string, string>>;

/**
 * What the conditional headers of a request mean for a file, as nginx judges them: every one that is there must hold.
 * (RFC 9110 13.2.2 lets If-None-Match outweigh If-Modified-Since; asking for both only costs a 304 now and then.)
 */
export function judgeConditions(headers: Headers, validators: Validators): Condition {
  const unmodifiedSince = headers['if-unmodified-since'];
  if (unmodifiedSince !== undefined && !((parseHttpTime(unmodifiedSince) ?? -1) >= validators.modifiedAtS))
    return 'failed';
  const match = headers['if-match'];
  if (match !== undefined && !namesTag(match, validators.etag, { weakCounts: false })) return 'failed';
  const modifiedSince = headers['if-modified-since'];
  const noneMatch = headers['if-none-match'];
  if (modifiedSince === undefined && noneMatch === undefined) return 'met';
  // Exactly: modification times come from content hashes, "later than" means nothing.
  if (modifiedSince !== undefined && parseHttpTime(modifiedSince) !== validators.modifiedAtS) return 'met';
  if (noneMatch !== undefined && !namesTag(noneMatch, validators.etag, { weakCounts: true })) return 'met';
  return 'not-modified';
}

/** True when a Range may be honoured: no If-Range, or one that names exactly this file (a weak tag never does). */
export function rangeMayApply(ifRange: string | undefined, { etag, modifiedAtS }: Validators): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.length >= 2 && ifRange.endsWith('"')) return ifRange === etag;
  return parseHttpTime(ifRange) === modifiedAtS;
}

function namesTag(list: string, etag: string, { weakCounts }: { readonly weakCounts: boolean }): boolean {
  if (list === '*') return true;
  return list.split(',').some((text) => {
    const tag = text.trim();
    return tag === etag || (weakCounts && tag === `W/${etag}`);
  });
}
