import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import type { FilePart } from '../../serving/exchange.ts';
import { pastNode, readyDescriptor } from './kernel-socket.ts';
import type { Outlet } from './outlet.ts';

/** A response of node's, by HTTP/1.1 or 2. */
export class NodeOutlet implements Outlet {
  readonly isEncrypted: boolean;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #headSent = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.isEncrypted = (request.socket as Partial<TLSSocket>).encrypted === true;
  }

  onClose(listener: () => void): void {
    this.#response.on('close', listener);
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers);
  }

  flushHead(): void {
    if (this.#headSent) return;
    this.#headSent = true;
    this.#response.flushHeaders();
  }

  get isItsTurn(): boolean {
    return this.#response.socket !== null || this.#response.destroyed;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#response.once('socket', () => resolve());
      this.#response.once('close', () => resolve());
    });
  }

  sendFile(native: Native, file: KernelFile, part: FilePart): number {
    // A packet of its own: corked to go out with the file, some answers took 44 ms more.
    this.flushHead();
    const socketFd = readyDescriptor(this.#response.socket);
    return socketFd === undefined ? 0 : pastNode(native, socketFd, file, part);
  }

  write(chunk: Uint8Array): Promise<boolean> {
    this.#headSent = true;
    return new Promise((resolve) => {
      this.#response.write(chunk, (error) => resolve(!error));
    });
  }

  end(text?: string): void {
    this.#response.end(text);
  }

  destroy(): void {
    this.#response.destroy();
  }

  reset(): void {
    const { stream } = this.#request as { readonly stream?: ServerHttp2Stream };
    if (stream) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (this.isEncrypted) this.#request.socket.destroy();
    else this.#request.socket.resetAndDestroy();
  }
}
