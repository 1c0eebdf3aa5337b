export type FleetErrorCode =
  /** A port the fleet needs belongs to somebody else. */
  | 'fleet/port-in-use'
  /** Another fleet runs on the same data folder. */
  | 'fleet/data-in-use'
  /** A package that runs as a process has no build. */
  | 'fleet/build-missing'
  /** The disk of the data folder is full. */
  | 'fleet/disk-full'
  /** A process of the fleet ended, or did not come up in time. */
  | 'fleet/process-failed'
  /** A region or an OCA answered something else than expected. */
  | 'fleet/bad-answer'
  /** No region, OCA or title of this name. */
  | 'fleet/unknown-name'
  /** The title did not become playable in time. */
  | 'fleet/title-not-live';

/** What can go wrong with a fleet; `message` is one clear line for a terminal. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
  readonly code: FleetErrorCode;

  constructor(code: FleetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The same error, or the clear one where the cause is a full disk. */
export function asDiskFull(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !isDiskFull(error)) return error;
  const message = `The disk is full: cannot write in ${path}. Free some space, or choose another folder with --data DIR.`;
  return new FleetError('fleet/disk-full', message, { cause: error });
}

/** Our own writes have a code; the last words of a child, of ffmpeg or of PostgreSQL have only text. */
function isDiskFull(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'ingest/disk-full' || code === 'origin/disk-full') return true;
  return /\bENOSPC\b|No space left on device/.test(error.message);
}
