import type { Socket } from 'node:net';
import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import { ConnectionCut, type FilePart } from '../../serving/exchange.ts';
import type { RequestHead } from '../../serving/plan-response.ts';
import { pastNode, readyDescriptor } from './kernel-socket.ts';
import type { Outlet } from './outlet.ts';
import { readPlainHead } from './plain-head.ts';

export interface QuickPorts {
  /** Whether this one is for us, by its target. */
  readonly takes: (target: string) => boolean;
  readonly answer: (head: RequestHead, outlet: Outlet) => void;
  /** Node is to serve the connection from here on, beginning with these bytes. */
  readonly handOver: (connection: QuickConnection, bytes: Buffer) => void;
  readonly headOf: (status: number, headers: Readonly<Record<string, string>>, isLast: boolean) => string;
  readonly closed: (connection: QuickConnection) => void;
  /** No connection is to stay after its answer. */
  readonly isClosing: () => boolean;
}

/** What a client says while it is being answered is kept for later, but not for ever. */
const MOST_HELD_BYTES = 16 * 1024;
/** Longer heads go through node. */
const scratch = Buffer.allocUnsafeSlow(4096);

/**
 * A connection whose requests are all plain: each is read, planned and sent in one turn, without a request, a response or a
 * parser of node's. The first bytes that are anything else make it node's connection for good.
 */
export class QuickConnection implements Outlet {
  readonly isEncrypted = false;
  readonly isItsTurn = true;
  readonly socket: Socket;
  readonly #ports: QuickPorts;
  readonly #clientAddress: string;
  #isAnswering = false;
  /** The client closes after this answer, or this server does. */
  #isLast = false;
  #hasAsked = false;
  /** Not sent yet. */
  #head: string | undefined;
  #onClose: (() => void) | undefined;
  #held: Buffer | undefined;
  /** Rounds of the sweep since it last did anything. */
  quietRounds = 0;

  constructor(socket: Socket, ports: QuickPorts) {
    this.socket = socket;
    this.#ports = ports;
    const address = socket.remoteAddress ?? '';
    this.#clientAddress = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
    socket.on('data', this.#take);
    socket.on('end', this.#ended);
    socket.on('error', nothing);
    socket.on('close', this.#closed);
  }

  get isAnswering(): boolean {
    return this.#isAnswering;
  }

  /** Whether it has been of any use yet. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Nothing of it stays with the socket. */
  leave(): Socket {
    const { socket } = this;
    socket.off('data', this.#take);
    socket.off('end', this.#ended);
    socket.off('error', nothing);
    socket.off('close', this.#closed);
    return socket;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.#isLast ||= this.#ports.isClosing();
    this.#head = this.#ports.headOf(status, headers, this.#isLast);
  }

  flushHead(): void {
    const head = this.#takeHead();
    if (head !== undefined) this.socket.write(head, 'latin1');
  }

  async turn(): Promise<void> {}

  sendFile(native: Native, file: KernelFile, part: FilePart): number {
    const socketFd = readyDescriptor(this.socket);
    if (socketFd === undefined || !this.#sendHead(native, socketFd)) return 0;
    return pastNode(native, socketFd, file, part);
  }

  write(chunk: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      const head = this.#takeHead();
      if (head !== undefined) {
        this.socket.cork();
        this.socket.write(head, 'latin1');
      }
      this.socket.write(chunk, (error) => resolve(!error));
      if (head !== undefined) this.socket.uncork();
    });
  }

  end(text?: string): void {
    const head = this.#takeHead();
    if (head !== undefined) this.socket.write(text === undefined ? head : `${head}${text}`);
    this.#isAnswering = false;
    this.#onClose = undefined;
    this.quietRounds = 0;
    const held = this.#held;
    this.#held = undefined;
    if (this.#isLast || this.#ports.isClosing()) this.socket.end();
    else if (held) this.#begin(held);
    else if (this.socket.isPaused()) this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  readonly #take = (bytes: Buffer): void => {
    if (this.#isAnswering) this.#hold(bytes);
    else this.#begin(bytes);
  };

  #begin(bytes: Buffer): void {
    this.#hasAsked = true;
    this.quietRounds = 0;
    const plain = readPlainHead(bytes);
    if (!plain || !this.#ports.takes(plain.target)) {
      this.#ports.handOver(this, bytes);
      return;
    }
    this.#isAnswering = true;
    const { target, headers, isLast } = plain;
    this.#isLast = isLast;
    this.#ports.answer({ method: 'GET', target, headers, clientAddress: this.#clientAddress }, this);
  }

  #hold(bytes: Buffer): void {
    this.#held = this.#held ? Buffer.concat([this.#held, bytes]) : bytes;
    if (this.#held.length > MOST_HELD_BYTES) this.socket.pause();
  }

  readonly #ended = (): void => void this.socket.end();

  readonly #closed = (): void => {
    this.#ports.closed(this);
    this.#onClose?.();
  };

  #takeHead(): string | undefined {
    const head = this.#head;
    this.#head = undefined;
    return head;
  }

  /** Past node, too. False where the socket did not take all of it: then node has the rest. */
  #sendHead(native: Native, socketFd: number): boolean {
    const head = this.#takeHead();
    if (head === undefined) return true;
    const isShort = head.length <= scratch.length;
    const sent = isShort ? sendText(native, socketFd, scratch.write(head, 'latin1')) : 0;
    if (sent === head.length) return true;
    this.socket.write(head.slice(sent), 'latin1');
    return false;
  }
}

function sendText(native: Native, socketFd: number, bytes: number): number {
  try {
    return native.send(socketFd, scratch, bytes);
  } catch (error) {
    throw new ConnectionCut('client-closed', 'The connection broke.', { cause: error });
  }
}

function nothing(): void {}
