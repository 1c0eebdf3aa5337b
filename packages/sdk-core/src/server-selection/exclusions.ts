/** Deadlines, not timers: `exclusions` is data that is compared with `nowMs`. */
export interface Exclusion {
  readonly failures: number;
  readonly failedAtMs: number;
  readonly untilMs: number;
  /** The OCAs that failed: a site is not blamed for one of them alone. */
  readonly ocaIds: readonly string[];
  /** Since the failure neither a probe nor a transfer has succeeded. Only kept for OCAs. */
  readonly unproven: boolean;
  /** It asked itself not to be asked before. Only kept for OCAs. */
  readonly refusedUntilMs: number;
}

/** By `file:<ocaId>/<fileId>`, `oca:<ocaId>` and `site:<siteId>`. */
export type Exclusions = Readonly<Record<string, Exclusion>>;

export const NO_EXCLUSIONS: Exclusions = {};

/** The first one, and the longest. */
export const BASE_MS = 10_000;
export const MAX_MS = 300_000;
/** Failures older than this are forgotten. */
export const MEMORY_MS = 600_000;
/** Failures that make a file on an OCA, an OCA, a site bad: fast.com's bookkeeping. */
const [FILE_FAILURES, OCA_FAILURES, SITE_FAILURES] = [1, 2, 3];

export interface Failure {
  readonly ocaId: string;
  readonly siteId: string;
  readonly fileId: string;
  /** A `file` failure speaks of one file (404, other bytes); a `host` failure of the machine or the way to it. */
  readonly scope: 'file' | 'host';
  /** When the failed request was made: several that were under way together are one failure. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly retryAfterMs?: number;
}

/** Notes a failure. Exclusions double with each repetition. */
export function recordFailure(exclusions: Exclusions, failure: Failure): Exclusions {
  const file = fileKey(failure.ocaId, failure.fileId);
  const oca = ocaKey(failure.ocaId);
  const site = siteKey(failure.siteId);
  // A host that failed is bad at once: asking it for another file would only cost a second deadline.
  const ocaFailures = failure.scope === 'host' ? 1 : OCA_FAILURES;
  const { retryAfterMs: _ofOneOca, ...ofSite } = failure;
  return {
    ...exclusions,
    [file]: grown(exclusions[file], failure, FILE_FAILURES, 1),
    [oca]: grown(exclusions[oca], failure, ocaFailures, 1),
    [site]: grown(exclusions[site], ofSite, SITE_FAILURES, 2),
  };
}

/**
 * A transfer of the file succeeded, or a probe (then without `fileId`): the OCA is proven again. Its failures stay
 * remembered for a while, so that the exclusions of one that comes and goes grow.
 */
export function recordSuccess(
  exclusions: Exclusions,
  success: {
    readonly ocaId: string;
    readonly siteId: string;
    readonly fileId?: string | undefined;
    readonly nowMs: number;
  },
): Exclusions {
  const { ocaId, siteId, fileId, nowMs } = success;
  const oca = exclusions[ocaKey(ocaId)];
  if (fileId === undefined)
    return oca?.unproven ? { ...exclusions, [ocaKey(ocaId)]: { ...oca, unproven: false } } : exclusions;
  const cleared = [fileKey(ocaId, fileId), siteKey(siteId)];
  if (!oca && !cleared.some((key) => key in exclusions)) return exclusions;
  const kept = Object.fromEntries(Object.entries(exclusions).filter(([key]) => !cleared.includes(key)));
  return oca ? { ...kept, [ocaKey(ocaId)]: { ...oca, unproven: false, untilMs: Math.min(oca.untilMs, nowMs) } } : kept;
}

export interface Subject {
  readonly ocaId: string;
  readonly siteId: string;
}

/** Milliseconds until the server may be asked for the file; 0 where it may now. Without a file: for any file. */
export function excludedForMs(exclusions: Exclusions, subject: Subject, nowMs: number, fileId?: string): number {
  const { ocaId, siteId } = subject;
  const hostUntilMs = Math.max(exclusions[ocaKey(ocaId)]?.untilMs ?? 0, exclusions[siteKey(siteId)]?.untilMs ?? 0);
  const fileUntilMs = fileId === undefined ? 0 : (exclusions[fileKey(ocaId, fileId)]?.untilMs ?? 0);
  return Math.max(0, hostUntilMs - nowMs, fileUntilMs - nowMs);
}

/** Failed, and not yet seen to work again: a probe comes before media. */
export function isUnproven(exclusions: Exclusions, ocaId: string): boolean {
  return exclusions[ocaKey(ocaId)]?.unproven ?? false;
}

/** Failed without saying so: where nobody else is left, it may be asked for what would come too late otherwise. */
export function mayStillHelp(exclusions: Exclusions, ocaId: string, nowMs: number): boolean {
  const oca = exclusions[ocaKey(ocaId)];
  return oca?.unproven === true && oca.refusedUntilMs <= nowMs;
}

export function failureCount(exclusions: Exclusions, ocaId: string): number {
  return exclusions[ocaKey(ocaId)]?.failures ?? 0;
}

/** Bad from so many failures on, of so many different OCAs. */
function grown(before: Exclusion | undefined, failure: Failure, badFailures: number, badOcas: number): Exclusion {
  const { nowMs, ocaId, retryAfterMs = 0 } = failure;
  const known = before && nowMs - before.failedAtMs < MEMORY_MS ? before : undefined;
  const unproven = (known?.unproven ?? false) || failure.scope === 'host';
  const refusedUntilMs = Math.max(known?.refusedUntilMs ?? 0, nowMs + retryAfterMs);
  if (known?.ocaIds.includes(ocaId) && failure.startedAtMs < known.failedAtMs) {
    return { ...known, unproven, refusedUntilMs, untilMs: Math.max(known.untilMs, refusedUntilMs) };
  }
  const failures = (known?.failures ?? 0) + 1;
  const ocaIds = [...new Set([...(known?.ocaIds ?? []), ocaId])];
  const isBad = failures >= badFailures && ocaIds.length >= badOcas;
  const growth = 2 ** Math.min(20, failures - badFailures);
  const forMs = isBad ? Math.min(MAX_MS, BASE_MS * growth) : 0;
  const untilMs = nowMs + Math.max(forMs, retryAfterMs);
  return { failures, failedAtMs: nowMs, untilMs, ocaIds, unproven, refusedUntilMs };
}

const fileKey = (ocaId: string, fileId: string): string => `file:${ocaId}/${fileId}`;
const ocaKey = (ocaId: string): string => `oca:${ocaId}`;
const siteKey = (siteId: string): string => `site:${siteId}`;
