import { DiskError, isDiskError } from '../../../disks/disk-store.ts';
import type { Failure } from './messages.ts';

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return isDiskError(error) ? { message, diskKind: error.kind } : { message };
}

export function errorOf({ message, diskKind }: Failure): Error {
  return diskKind === undefined ? new Error(message) : new DiskError(diskKind, message);
}
