/** What a disk gives that fails: EIO, ENODATA, EUCLEAN, EREMOTEIO. */
const DISK_ERRNO = new Set([5, 61, 117, 121]);

/** The target of the request that met a failing disk, when this is what a line of nginx's error log tells. */
export function targetOfDiskError(line: string): string | undefined {
  const [, errno] = /\b(?:sendfile|read|pread|open)\(\).* failed \((\d+): /.exec(line) ?? [];
  if (errno === undefined || !DISK_ERRNO.has(Number(errno))) return undefined;
  return /, request: "\S+ (\S+)/.exec(line)?.[1] ?? '';
}
