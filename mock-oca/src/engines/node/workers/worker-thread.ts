import { closeSync } from 'node:fs';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.ts';
import type { SharedBoard } from './shared-board.ts';

const SETTLED_WITHIN_MS = 1000;
const STARTED_WITHIN_MS = 20_000;

export interface WorkerThreadPorts {
  readonly script: URL;
  readonly options: WorkerOptions;
  readonly board: SharedBoard;
  readonly hear: (message: Exclude<FromWorker, { readonly kind: 'ready' | 'done' }>) => void;
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
  readonly #gone: Promise<void>;

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
    this.#gone = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
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
    const done = new Promise<void>((resolve) => void this.#waiting.set(id, resolve));
    this.tell({ kind: 'settle', id });
    await within(SETTLED_WITHIN_MS, done);
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

  /** Resolves when it is gone: when its connections have ended, or soon after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    // It goes by itself. Ended from here in the middle of a native call, as when it loads koffi, it takes the process along.
    await within(
      STARTED_WITHIN_MS,
      this.ready.catch(() => {}),
    );
    this.tell({ kind: 'close', graceMs });
    await within(graceMs + SETTLED_WITHIN_MS, this.#gone);
    await this.end();
  }

  /** For one that does not go by itself. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear(message: Exclude<FromWorker, { readonly kind: 'ready' }>): void {
    if (message.kind === 'done') this.#waiting.get(message.id)?.();
    else this.#ports.hear(message);
  }

  #end(reason: string): void {
    const { board, ended } = this.#ports;
    this.#hasEnded = true;
    for (const resolve of this.#waiting.values()) resolve();
    // What it never took over nobody else would close.
    const notTaken = this.#handed - board.taken(this.number);
    for (const fd of notTaken > 0 ? this.#handedFds.slice(-notTaken) : []) closeSync(fd);
    board.forget(this.number);
    ended(reason);
  }
}

/** Resolves with the promise, or after so long. */
async function within(limitMs: number, done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([done, late]);
  clearTimeout(timer);
}
