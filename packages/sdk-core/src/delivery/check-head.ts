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

/** `other-bytes`: not those asked for, but another file, another range, another length. */
export type HeadVerdict = { readonly kind: 'bytes' | 'other-bytes' | 'status' };

const CONTENT_RANGE = /^bytes (\d+)-(\d+)\/(\d+)$/;

/**
 * 206 with exactly the range asked for, or 200 where the range begins at 0; the file's own ETag where the header is
 * readable, and its own length. A server that lost or renewed its file never mixes two files into one.
 */
export function checkHead(head: ResponseHead, expected: ExpectedRange): HeadVerdict {
  if (head.status !== 206 && head.status !== 200) return { kind: 'status' };
  const etag = head.header('etag');
  const isOwn = etag === null || etag === expected.etag;
  const isRight = isOwn && (head.status === 206 ? isPart(head, expected) : isWhole(head, expected));
  return { kind: isRight ? 'bytes' : 'other-bytes' };
}

function isPart(head: ResponseHead, { startByte, endByte, sizeBytes }: ExpectedRange): boolean {
  const [, first, last, total] = CONTENT_RANGE.exec(head.header('content-range') ?? '') ?? [];
  return Number(first) === startByte && Number(last) === endByte - 1 && Number(total) === sizeBytes;
}

function isWhole(head: ResponseHead, { startByte, sizeBytes }: ExpectedRange): boolean {
  const length = head.header('content-length');
  return startByte === 0 && (length === null || Number(length) === sizeBytes);
}
