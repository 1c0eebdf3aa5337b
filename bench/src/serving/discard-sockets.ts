import { createRequire } from 'node:module';

type Call = (...values: readonly unknown[]) => number;
interface Koffi {
  load(path: null): { func(signature: string): Call };
}

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVTIMEO = 20;
const MSG_TRUNC = 0x20;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;
const HEAD_BYTES = 1024;
const PATIENCE_S = 20;

/**
 * Blocking TCP sockets whose bodies the kernel throws away uncopied: a client that costs so little that the server is what
 * is measured.
 */
export class DiscardSockets {
  readonly #libc: Readonly<Record<'socket' | 'connect' | 'send' | 'recv' | 'close' | 'setsockopt', Call>>;
  readonly #head = Buffer.alloc(HEAD_BYTES);

  constructor() {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const libc = koffi.load(null);
    this.#libc = {
      socket: libc.func('int socket(int domain, int type, int protocol)'),
      connect: libc.func('int connect(int fd, void *address, uint32_t length)'),
      send: libc.func('int64_t send(int fd, void *data, size_t bytes, int flags)'),
      recv: libc.func('int64_t recv(int fd, void *data, size_t bytes, int flags)'),
      close: libc.func('int close(int fd)'),
      setsockopt: libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)'),
    };
  }

  /** `receiveBytes` bounds what the kernel takes in ahead of the reader. */
  open(host: string, port: number, receiveBytes?: number): number {
    const fd = this.#libc.socket(AF_INET, SOCK_STREAM, 0);
    const timeout = new BigInt64Array([BigInt(PATIENCE_S), 0n]);
    this.#libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16);
    if (receiveBytes !== undefined) this.#libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, new Int32Array([receiveBytes]), 4);
    const address = Buffer.alloc(16);
    address.writeUInt16LE(AF_INET, 0);
    address.writeUInt16BE(port, 2);
    host.split('.').forEach((part, index) => void address.writeUInt8(Number(part), 4 + index));
    if (this.#libc.connect(fd, address, address.length) !== 0) throw new Error(`cannot connect to ${host}:${port}`);
    return fd;
  }

  ask(fd: number, path: string, startByte: number, bytes: number): void {
    const text = `GET ${path} HTTP/1.1\r\nHost: bench\r\nRange: bytes=${startByte}-${startByte + bytes - 1}\r\n\r\n`;
    const data = Buffer.from(text, 'latin1');
    if (Number(this.#libc.send(fd, data, data.length, MSG_NOSIGNAL)) !== data.length) throw new Error('cannot send');
  }

  /** Takes one answer of so many bytes; what is left of it, where it is not waited for. */
  takeHead(fd: number, bytes: number): number {
    let held = 0;
    for (;;) {
      const read = Number(this.#libc.recv(fd, this.#head.subarray(held), HEAD_BYTES - held, 0));
      if (read <= 0) throw new Error('no answer');
      held += read;
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0 || end >= held) continue;
      const text = this.#head.toString('latin1', 0, end).toLowerCase();
      if (
        !text.startsWith('http/1.1 206') ||
        (!text.includes(`\ncontent-length: ${bytes}\r`) && !text.endsWith(`\ncontent-length: ${bytes}`))
      )
        throw new Error(`not the range asked for: ${text}`);
      const rest = bytes - (held - end - 4);
      this.#head.fill(0, 0, held);
      return rest;
    }
  }

  takeBody(fd: number, bytes: number): void {
    for (let left = bytes; left > 0; ) {
      const taken = Number(this.#libc.recv(fd, this.#head, left, MSG_TRUNC | MSG_WAITALL));
      if (taken <= 0) throw new Error('the answer broke off');
      left -= taken;
    }
  }

  close(fd: number): void {
    this.#libc.close(fd);
  }
}
