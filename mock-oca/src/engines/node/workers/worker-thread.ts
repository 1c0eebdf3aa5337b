import { closeSync } from 'node:fs';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.ts';
import type { SharedBoard } from './shared-board.ts';

const SETTLED_WITHIN_MS = 1000;

export interface WorkerThreadPorts {
  readonly script: URL;
  readonly options: WorkerOptions;
  readonly board: SharedBoard;
  readonly hear: (message: Exclude<FromWorker, { readonly kind: 'ready' | 'done' | 'closed' }>) => void;
  /** It is no more, whatever the reason. */
  readonly ended: (reason: string) => void;
}

/** The agent's end of one worker. */
export class WorkerThread {
  readonly number: number;
  /** Resolves when it serves. Rejects where it ends before. */
  readonly ready: Promise<void>;
  readonly #ports: WorkerThreadPorts;
  readonly #worker: Worker;
  /** Connections that were handed to it, in their order; those that it has taken over are its own. */
  #handedFds: number[] = [];
  #handed = 0;
  #wasReady = false;
  #hasEnded = false;
  #error: unknown;
  readonly #waiting = new Map<number, () => void>();
  #settles = 0;
  #isAsked = false;
  #looks = 0;
  #closed = (): void => {};

  constructor(order: WorkerOrder, ports: WorkerThreadPorts) {
    this.number = order.worker;
    this.#ports = ports;
    this.#worker = new Worker(ports.script, { ...ports.options, workerData: order });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          this.#wasReady = true;
          resolve();
        } else this.#hear(message);
      });
      this.#worker.on('error', (error) => {
        this.#error = error;
      });
      this.#worker.on('exit', (code) => {
        const reason = this.#error === undefined ? `it ended with ${code}` : String(this.#error);
        reject(new Error(reason));
        this.#end(reason);
      });
    });
    this.ready.catch(() => {});
  }

  get serves(): boolean {
    return this.#wasReady && !this.#hasEnded;
  }

  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Connections that it has, or will have in a moment. */
  get openConnections(): number {
    return this.#handed - this.#ports.board.closed(this.number);
  }

  /** Since its start, and since the time before: of this thread alone. */
  get loopUtilization(): ReturnType<Worker['performance']['eventLoopUtilization']> {
    return this.#worker.performance.eventLoopUtilization();
  }

  loopShareSince(before: ReturnType<Worker['performance']['eventLoopUtilization']>): number {
    return this.#worker.performance.eventLoopUtilization(this.loopUtilization, before).utilization;
  }

  tell(message: ToWorker): void {
    if (!this.#hasEnded) this.#worker.postMessage(message);
  }

  /** The descriptor is the worker's from here on. */
  give(fd: number): void {
    const notYetTaken = this.#handed - this.#ports.board.taken(this.number);
    this.#handedFds = [...this.#handedFds.slice(this.#handedFds.length - notYetTaken), fd];
    this.#handed += 1;
    this.tell({ kind: 'connection', fd });
  }

  /** Resolves when it has done what it was told before, or is gone, or does not answer. */
  async settled(): Promise<void> {
    if (!this.serves) return;
    const id = ++this.#settles;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SETTLED_WITHIN_MS);
      this.#waiting.set(id, resolve);
      this.tell({ kind: 'settle', id });
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
  }

  /** How many looks in a row it has not answered. Counted in looks: when this process was stopped, nobody was late. */
  look(): number {
    if (!this.serves) return 0;
    if (this.#isAsked) {
      this.#looks += 1;
      return this.#looks;
    }
    this.#isAsked = true;
    this.#looks = 0;
    const id = ++this.#settles;
    this.#waiting.set(id, () => {
      this.#isAsked = false;
      this.#waiting.delete(id);
    });
    this.tell({ kind: 'settle', id });
    return 0;
  }

  /** Resolves when its connections have ended, at the latest after `graceMs`, and it is gone. */
  async close(graceMs: number): Promise<void> {
    if (this.serves) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs + SETTLED_WITHIN_MS);
        this.#closed = resolve;
        this.tell({ kind: 'close', graceMs });
      });
      clearTimeout(timer);
    }
    await this.#worker.terminate();
  }

  /** As if it had crashed. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear(message: Exclude<FromWorker, { readonly kind: 'ready' }>): void {
    if (message.kind === 'done') this.#waiting.get(message.id)?.();
    else if (message.kind === 'closed') this.#closed();
    else this.#ports.hear(message);
  }

  #end(reason: string): void {
    const { board, ended } = this.#ports;
    this.#hasEnded = true;
    this.#closed();
    for (const resolve of this.#waiting.values()) resolve();
    // What it never took over nobody else would close.
    const notTaken = this.#handed - board.taken(this.number);
    for (const fd of notTaken > 0 ? this.#handedFds.slice(-notTaken) : []) closeSync(fd);
    board.forget(this.number);
    ended(reason);
  }
}
