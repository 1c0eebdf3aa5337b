import { DiskError } from '../disk-store.ts';

/** A file system's error as a `DiskError` that says what a person can do. */
export function diskErrorOf(error: unknown, path: string): DiskError {
  if (error instanceof DiskError) return error;
  const code = systemCodeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DiskError('full', `The disk of ${path} is full: make space, or give the appliance another folder.`, {
      cause: error,
    });
  }
  if (code === 'ENOENT' || code === 'ELOOP')
    return new DiskError('missing', `${path} is gone from the disk.`, { cause: error });
  return new DiskError('io', `The disk of ${path} failed: ${String(error)}`, { cause: error });
}

/** The system's own code, as `EIO`, of an error or of its cause. */
export function systemCodeOf(error: unknown): string | undefined {
  const { code, cause } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return cause === undefined ? undefined : systemCodeOf(cause);
}
