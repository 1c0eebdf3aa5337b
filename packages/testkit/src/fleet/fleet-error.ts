/** Every code a fleet fails with, and what it means. Listed in docs/errors.md. */
export const FLEET_ERRORS = {
  'fleet/port-in-use': 'A port the fleet needs belongs to somebody else.',
  'fleet/data-in-use': 'Another fleet runs on the same data folder.',
  'fleet/build-missing': 'A package that runs as a process has no build.',
  'fleet/disk-full': 'The disk of the data folder is full.',
  'fleet/process-failed': 'A process of the fleet ended, or did not come up in time.',
  'fleet/bad-answer': 'A region or an OCA answered something else than expected.',
  'fleet/unknown-name': 'No region, OCA or title of this name.',
  'fleet/title-not-live': 'The title did not become playable in time.',
} as const;

export type FleetErrorCode = keyof typeof FLEET_ERRORS;

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
