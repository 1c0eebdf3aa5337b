import { createRequire } from 'node:module';

/** What the kernel can do and Node does not offer. What returns no promise returns at once. */
export interface Native {
  /** Bytes that went from the file into the socket, 0 at the file's end; undefined when the socket takes none now. Throws `NativeError`. */
  sendfile(socketFd: number, fileFd: number, position: number, bytes: number): number | undefined;
  /** The bytes that the socket took of these, 0 where it takes none now. Throws `NativeError`. */
  send(socketFd: number, data: Uint8Array, bytes: number): number;
  /** Sends what the socket holds back in the hope of more: a last packet that is not full. */
  push(socketFd: number): void;
  /** Another descriptor of the same file or connection, which stays when the first is closed; undefined where there are no more. */
  duplicate(fd: number): number | undefined;
  /** Whether the bytes lie in the page cache, so that reading them waits for no disk. Absent where the kernel is older than 6.5. */
  readonly isResident?: (fd: number, position: number, bytes: number) => boolean;
  /** The kernel reads what is asked for and no more: pages that it fetches on its own would count as resident in flight. */
  adviseRandom(fd: number): void;
  /** Has the kernel begin to read a part of a file; resolves when it has begun. */
  willNeed(fd: number, position: number, bytes: number): Promise<void>;
  /** Lets the kernel forget what the page cache holds of a file. */
  adviseDontNeed(fd: number): void;
  /** Where on its disk a file begins, in bytes; undefined where the file system does not say. May wait for the disk, as `willNeed` may. */
  placeOf(fd: number): Promise<number | undefined>;
}

export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: string;

  constructor(call: string, code: string) {
    super(`${call} failed: ${code}`);
    this.code = code;
  }
}

/** `any` of koffi's functions, narrowed to what is called here. */
interface Call {
  (...values: readonly unknown[]): number | bigint;
  /** On a thread; the last argument is called with error and result. */
  async(...values: readonly unknown[]): void;
}
interface Koffi {
  load(path: null): { func(signature: string): Call };
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

const CACHESTAT = 451;
const PAGE_BYTES = 4096;
const FADV_RANDOM = 1;
const FADV_WILLNEED = 3;
const FADV_DONTNEED = 4;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const ON = new Int32Array([1]);
/** MSG_DONTWAIT, MSG_NOSIGNAL. */
const SEND_FLAGS = 0x40 | 0x4000;
const F_DUPFD_CLOEXEC = 1030;
const FS_IOC_FIEMAP = 0xc020_660b;
const EXTENT_UNKNOWN = 2;

let loaded: { readonly native: Native | undefined } | undefined;

/** Undefined where koffi is not installed, or this is no Linux: everything then goes the pure Node way. */
export function loadNative(): Native | undefined {
  loaded ??= { native: process.env.PRESSPLAY_NATIVE === 'off' ? undefined : tryLoad() };
  return loaded.native;
}

function tryLoad(): Native | undefined {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  try {
    // Not `import`: the bundled process must start where the package is absent.
    return bind(createRequire(import.meta.url)('koffi') as Koffi);
  } catch {
    return undefined;
  }
}

function bind(koffi: Koffi): Native {
  const libc = koffi.load(null);
  // off_t and ssize_t as int64_t: koffi does not know the widths of the former.
  const sendfile = libc.func('int64_t sendfile64(int socket, int file, void *offset, size_t bytes)');
  const send = libc.func('int64_t send(int socket, const void *data, size_t bytes, int flags)');
  const fadvise = libc.func('int posix_fadvise64(int fd, int64_t offset, int64_t length, int advice)');
  const setsockopt = libc.func('int setsockopt(int socket, int level, int name, void *value, uint32_t length)');
  const fcntl = libc.func('int fcntl(int fd, int command, int argument)');
  const offset = new BigInt64Array(1);
  const { EAGAIN, EINTR } = koffi.os.errno;
  const isResident = bindCachestat(libc, koffi);
  return {
    sendfile(socketFd, fileFd, position, bytes) {
      offset[0] = BigInt(position);
      const sent = Number(sendfile(socketFd, fileFd, offset, bytes));
      if (sent >= 0) return sent;
      const errno = koffi.errno();
      if (errno === EAGAIN || errno === EINTR) return undefined;
      throw new NativeError('sendfile', codeOf(koffi));
    },
    send(socketFd, data, bytes) {
      const sent = Number(send(socketFd, data, bytes, SEND_FLAGS));
      if (sent >= 0) return sent;
      const errno = koffi.errno();
      if (errno === EAGAIN || errno === EINTR) return 0;
      throw new NativeError('send', codeOf(koffi));
    },
    push: (socketFd) => void setsockopt(socketFd, IPPROTO_TCP, TCP_NODELAY, ON, 4),
    duplicate(fd) {
      const copy = Number(fcntl(fd, F_DUPFD_CLOEXEC, 0));
      return copy < 0 ? undefined : copy;
    },
    adviseRandom: (fd) => void fadvise(fd, 0, 0, FADV_RANDOM),
    willNeed: (fd, position, bytes) =>
      new Promise((resolve) => fadvise.async(fd, position, bytes, FADV_WILLNEED, () => resolve())),
    adviseDontNeed: (fd) => void fadvise(fd, 0, 0, FADV_DONTNEED),
    placeOf: bindFiemap(libc),
    ...(isResident && { isResident }),
  };
}

function codeOf(koffi: Koffi): string {
  const errno = koffi.errno();
  return Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? String(errno);
}

type Library = ReturnType<Koffi['load']>;

function bindCachestat(libc: Library, koffi: Koffi): Native['isResident'] {
  const syscall = libc.func('int64_t syscall(int64_t number, int64_t fd, void *range, void *stat, int64_t flags)');
  const range = new BigUint64Array(2);
  const stat = new BigUint64Array(5);
  // A kernel that knows the call complains of the descriptor, one that does not says ENOSYS.
  if (Number(syscall(CACHESTAT, -1, range, stat, 0)) !== -1 || koffi.errno() !== koffi.os.errno.EBADF) return undefined;
  return (fd, position, bytes) => {
    const first = Math.floor(position / PAGE_BYTES);
    const pages = Math.ceil((position + bytes) / PAGE_BYTES) - first;
    range[0] = BigInt(first * PAGE_BYTES);
    range[1] = BigInt(pages * PAGE_BYTES);
    return Number(syscall(CACHESTAT, fd, range, stat, 0)) === 0 && Number(stat[0]) >= pages;
  };
}

/** `struct fiemap` with room for one extent: its header has 32 bytes, an extent 56. */
function bindFiemap(libc: Library): Native['placeOf'] {
  const ioctl = libc.func('int ioctl(int fd, uint64_t request, void *argument)');
  return (fd) =>
    new Promise((resolve) => {
      const fiemap = new DataView(new ArrayBuffer(32 + 56));
      fiemap.setBigUint64(8, 0xffff_ffff_ffff_ffffn, true);
      fiemap.setUint32(24, 1, true);
      ioctl.async(fd, FS_IOC_FIEMAP, fiemap.buffer, (error: unknown, result: unknown) => {
        const known = !error && result === 0 && fiemap.getUint32(20, true) > 0;
        const located = known && (fiemap.getUint32(32 + 40, true) & EXTENT_UNKNOWN) === 0;
        resolve(located ? Number(fiemap.getBigUint64(32 + 8, true)) : undefined);
      });
    });
}
