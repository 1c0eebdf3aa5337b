/** What a response head must say before a byte of the body is believed. */
export interface ExpectedRange {
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  readonly sizeBytes: number;
  readonly etag: string;
}

export interface ResponseHead {
  readonly status: number;
  header(name: string): string | null;
}

export type HeadVerdict =
  | { readonly kind: 'bytes' }
  /** Not the bytes asked for: another file, another range, another length. `found` says what, for the log. */
  | { readonly kind: 'other-bytes'; readonly found: string }
  | { readonly kind: 'status' };

const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;

/**
 * 206 with exactly the range asked for, or 200 where the range begins at 0; the file's own ETag where the header is
 * readable, and its own length. A server that lost or renewed its file never mixes two files into one.
 */
export function checkHead(head: ResponseHead, expected: ExpectedRange): HeadVerdict {
  if (head.status !== 206 && head.status !== 200) return { kind: 'status' };
  const etag = head.header('etag');
  if (etag !== null && etag !== expected.etag) return otherBytes(`etag ${etag}`);
  return head.status === 206 ? checkPartial(head, expected) : checkWhole(head, expected);
}

function checkPartial(head: ResponseHead, expected: ExpectedRange): HeadVerdict {
  const contentRange = head.header('content-range');
  const [, first, last, total] = CONTENT_RANGE.exec(contentRange ?? '') ?? [];
  const isExact =
    Number(first) === expected.startByte &&
    Number(last) === expected.endByte - 1 &&
    Number(total) === expected.sizeBytes;
  return isExact ? { kind: 'bytes' } : otherBytes(`content-range ${contentRange ?? 'missing'}`);
}

function checkWhole(head: ResponseHead, expected: ExpectedRange): HeadVerdict {
  if (expected.startByte !== 0) return otherBytes('the whole file instead of a range');
  const length = head.header('content-length');
  if (length !== null && Number(length) !== expected.sizeBytes) return otherBytes(`content-length ${length}`);
  return { kind: 'bytes' };
}

const otherBytes = (found: string): HeadVerdict => ({ kind: 'other-bytes', found });
