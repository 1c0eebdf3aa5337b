export interface ReadWindow {
  readonly startByte: number;
  readonly endByte: number;
  readonly reason: 'as-asked' | 'ahead';
}

const PAGE_BYTES = 4096;
/** Positioning the arm costs about as much as reading 2 MiB: from twice that on a disk does mostly what it is for. */
export const AHEAD_BYTES = 4 * 1024 * 1024;
/** Who asks for less looks at something: an index, a first byte, a probe. Who asks for more watches, and goes on. */
const WATCHING_FROM_BYTES = 512 * 1024;

/** What to read from the disk when somebody needs `bytes` from `position` on: whole pages, and for viewers what they need next. */
export function readWindow(position: number, bytes: number, sizeBytes: number): ReadWindow {
  const startByte = position - (position % PAGE_BYTES);
  const ahead = bytes >= WATCHING_FROM_BYTES;
  const wantedEnd = ahead ? Math.max(position + bytes, startByte + AHEAD_BYTES) : pageEnd(position + bytes);
  return { startByte, endByte: Math.min(wantedEnd, sizeBytes), reason: ahead ? 'ahead' : 'as-asked' };
}

const pageEnd = (byte: number): number => Math.ceil(byte / PAGE_BYTES) * PAGE_BYTES;
