import type { FillFile } from '@pressplay/protocol/messages';

export interface FillRetry {
  readonly attempts: number;
  /** A deadline: the file is left alone until then. */
  readonly untilMs: number;
}

export interface FillDiff {
  /** Most wanted first. */
  readonly fetch: readonly FillFile[];
  readonly held: number;
  /** Missing, but failed lately. */
  readonly waiting: number;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** What to fetch now: what the manifest wants, in its order, without what is held and what must wait. */
export function diffManifest(
  files: readonly FillFile[],
  holds: (fileId: string) => boolean,
  retries: Readonly<Record<string, FillRetry>>,
  nowMs: number,
): FillDiff {
  const missing = [...new Map(files.filter((file) => !holds(file.fileId)).map((file) => [file.fileId, file])).values()];
  const fetch = missing.filter((file) => (retries[file.fileId]?.untilMs ?? 0) <= nowMs);
  return { fetch, held: files.length - missing.length, waiting: missing.length - fetch.length };
}

/** The next deadline after a failure: each one twice as far as the one before. */
export function afterFailure(retry: FillRetry | undefined, nowMs: number): FillRetry {
  const attempts = (retry?.attempts ?? 0) + 1;
  return { attempts, untilMs: nowMs + Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS) };
}
