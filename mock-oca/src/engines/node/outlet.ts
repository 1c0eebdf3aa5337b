import type { KernelFile } from '../../disks/disk-store.ts';
import type { Native } from '../../native/native.ts';
import type { FilePart } from '../../serving/exchange.ts';

/** Where one answer goes: a response of node's, or a connection whose request was read without node's help. */
export interface Outlet {
  /** What goes out has to pass through node. */
  readonly isEncrypted: boolean;
  /** Called once the client is gone; it may be called after the answer's end, too. */
  onClose(listener: () => void): void;
  /** Goes out with the first bytes of the body, with `flushHead` or with `end`. */
  writeHead(status: number, headers: Readonly<Record<string, string>>): void;
  flushHead(): void;
  /** Whether the connection is this answer's: another one may still be going out before it. */
  readonly isItsTurn: boolean;
  /** Resolves when it is, or when the client is gone. */
  turn(): Promise<void>;
  /**
   * Has the kernel send a part of a file past node, after the head. The bytes that went: fewer than asked for, or none,
   * when the socket takes no more now or node is still writing. Throws `ConnectionCut`.
   */
  sendFile(native: Native, file: KernelFile, part: FilePart): number;
  /** Resolves when the kernel has the bytes, so that their buffer may be used again; false when the connection is gone. */
  write(chunk: Uint8Array): Promise<boolean>;
  end(text?: string): void;
  /** Closes the connection in the middle of the answer. */
  destroy(): void;
  /** Breaks the answer, so that the client cannot take it for a whole one. */
  reset(): void;
}
