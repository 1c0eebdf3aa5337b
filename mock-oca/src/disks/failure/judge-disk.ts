/** What a disk did, or failed to do. */
export type DiskEvent =
  | { readonly kind: 'read'; readonly bytes: number; readonly tookMs: number }
  /** A read that has not come back yet. */
  | { readonly kind: 'hanging'; readonly forMs: number }
  | { readonly kind: 'error'; readonly code: string }
  /** Its folder is not there any more, or is another one. */
  | { readonly kind: 'vanished' };

export interface DiskJudgement {
  readonly verdict: 'good' | 'out';
  readonly reason: string;
  /** Of the latest reads, oldest first: whether each was slow. */
  readonly slow: readonly boolean[];
}

export const FRESH_DISK: DiskJudgement = { verdict: 'good', reason: 'no trouble seen', slow: [] };

/** These say that the disk or its file system is ill; others are about one file, or about us. */
const ILL_CODES = new Set(['EIO', 'EROFS', 'ENXIO', 'ENODEV', 'ESTALE', 'EUCLEAN', 'EBADMSG', 'EREMOTEIO', 'ENOTDIR']);
/** A loaded disk gives 4 MiB within a quarter of a second; one that repeats its reads takes many times as long. */
const SLOW_AFTER_MS = 1500;
const SLOW_BELOW_BYTES_PER_MS = 2000;
const LATEST_READS = 8;
const SLOW_READS_TO_GO = 6;
/** Longer than a good disk needs for any read, shorter than players' buffers. */
export const HANGING_AFTER_MS = 8000;

/** Whether a disk stays in use. Out is final: it comes back as a fresh one, verified. */
export function judgeDisk(before: DiskJudgement, event: DiskEvent): DiskJudgement {
  if (before.verdict === 'out') return before;
  switch (event.kind) {
    case 'vanished':
      return { ...before, verdict: 'out', reason: 'its folder is gone' };
    case 'error':
      if (!ILL_CODES.has(event.code)) return before;
      return { ...before, verdict: 'out', reason: `it fails with ${event.code}` };
    case 'hanging':
      if (event.forMs < HANGING_AFTER_MS) return before;
      return { ...before, verdict: 'out', reason: `a read hangs for ${Math.round(event.forMs / 1000)} s` };
    case 'read':
      return judgeRead(before, event);
  }
}

function judgeRead(before: DiskJudgement, { bytes, tookMs }: DiskEvent & { kind: 'read' }): DiskJudgement {
  const isSlow = tookMs > SLOW_AFTER_MS + bytes / SLOW_BELOW_BYTES_PER_MS;
  const slow = [...before.slow, isSlow].slice(-LATEST_READS);
  const slowReads = slow.filter(Boolean).length;
  if (slowReads < SLOW_READS_TO_GO) return { ...before, slow };
  return { verdict: 'out', reason: `${slowReads} of its last ${slow.length} reads were slow`, slow };
}
