import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { WorkerOptions } from 'node:worker_threads';
import type { Oca } from '../../../app.ts';
import type { Log } from '../../../deps.ts';
import type { OcaConfig } from '../../../oca-config.ts';
import type { FolderStore } from '../../nginx/watched-disks.ts';
import type { TlsFiles } from '../../tls-files.ts';
import { AgentAnswers } from './agent-answers.ts';
import { FileNews } from './file-news.ts';
import type { FromWorker, ToWorker, WorkerOrder } from './messages.ts';
import { PoolVitals } from './pool-vitals.ts';
import type { SharedMemory } from './shared-memory.ts';
import { clockOffsetMs } from './thread-clock.ts';
import { WorkerThread } from './worker-thread.ts';

/** What the agent tells its workers, and hears of them, that changes by itself. */
const TICK_MS = 100;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;
/** A thread that has not had a turn for so long will have none any more. */
const HUNG_AFTER_MS = 10_000;

export interface WorkerPoolOptions {
  readonly shared: SharedMemory;
  readonly script: URL;
  readonly workerOptions?: WorkerOptions;
  readonly config: OcaConfig;
  readonly disks: FolderStore & { onFilesChanged(listener: () => void): void };
  readonly log: Log;
  readonly tls?: TlsFiles | undefined;
  readonly requestLogFile?: string | undefined;
  readonly slowClientMs?: number | undefined;
  readonly slowHeadersMs?: number | undefined;
  readonly hungAfterMs?: number | undefined;
}

/** The threads that serve an appliance. One that ends is replaced at once. */
export class WorkerPool {
  readonly #oca: Oca;
  readonly #options: WorkerPoolOptions;
  readonly #threads: WorkerThread[] = [];
  readonly #answers: AgentAnswers;
  readonly #news: FileNews;
  readonly #vitals = new PoolVitals();
  /** Nobody is there to take them. */
  #homelessFds: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #countedBytes = 0;
  #turn = 0;
  #isClosing = false;

  constructor(oca: Oca, options: WorkerPoolOptions) {
    const { disks } = options;
    this.#oca = oca;
    this.#options = options;
    this.#news = new FileNews(disks);
    this.#answers = new AgentAnswers(oca, disks, { count: () => this.#tick(), settled: () => this.settled() });
  }

  /** Resolves when all serve. Rejects, with none of them left, where one does not start. */
  async start(): Promise<void> {
    const { disks, shared } = this.#options;
    const { workers, board, head } = shared;
    const { media } = this.#oca;
    for (let worker = 0; worker < workers; worker++) this.#threads.push(this.#begin(worker, 0));
    try {
      await Promise.all(this.#threads.map(({ ready }) => ready));
    } catch (error) {
      await this.close(0);
      throw error;
    }
    media.counts.tellAlso(board.counts());
    media.faults.onChange(() => this.#tellAll({ kind: 'faults', faults: media.faults.current }));
    media.onChange(() => this.#say());
    disks.onFilesChanged(() => this.#tellAll({ kind: 'files', ...this.#news.since() }));
    head.onChange(() => this.#tellAll({ kind: 'pinned', files: head.files }));
    this.#timer = setInterval(() => {
      this.#tick();
      this.#endHung();
    }, TICK_MS);
    this.#say();
  }

  get threads(): readonly WorkerThread[] {
    return this.#threads;
  }

  /** To the one with the fewest connections; of several, in turn. */
  take(fd: number): void {
    const serving = this.#threads.filter((thread) => thread.serves);
    const fewest = Math.min(...serving.map((thread) => thread.openConnections));
    const free = serving.filter((thread) => thread.openConnections === fewest);
    const next = free[this.#turn++ % free.length];
    if (next) next.give(fd);
    else this.#homelessFds.push(fd);
  }

  /** What was decided here is so in all of them. */
  async settled(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.settled()));
  }

  reload(): void {
    this.#tellAll({ kind: 'reload' });
  }

  reopenLog(): void {
    this.#tellAll({ kind: 'reopen-log' });
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const fd of this.#homelessFds.splice(0)) closeSync(fd);
    await Promise.all(this.#threads.map((thread) => thread.close(graceMs)));
    this.#count();
  }

  #begin(worker: number, retries: number): WorkerThread {
    const { script, workerOptions = {}, shared } = this.#options;
    const thread: WorkerThread = new WorkerThread(this.#orderOf(worker), {
      script,
      options: workerOptions,
      board: shared.board,
      hear: (message) => this.#hear(thread, message),
      ended: (reason) => this.#replace(worker, thread.wasReady ? 0 : retries + 1, reason),
    });
    thread.ready.then(
      () => {
        for (const fd of this.#homelessFds.splice(0)) this.take(fd);
      },
      () => {},
    );
    return thread;
  }

  #replace(worker: number, retries: number, reason: string): void {
    if (this.#isClosing || !this.#timer) return;
    this.#options.log('error', 'a worker has ended and is replaced', { worker, reason });
    const delayMs = retries === 0 ? 0 : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (retries - 1));
    setTimeout(() => {
      if (!this.#isClosing) this.#threads[worker] = this.#begin(worker, retries);
    }, delayMs);
  }

  #orderOf(worker: number): WorkerOrder {
    const { shared, config, tls, requestLogFile, slowClientMs, slowHeadersMs } = this.#options;
    const { board, head, workers } = shared;
    return {
      worker,
      workers,
      memory: board.memory,
      clockOffsetMs: clockOffsetMs(),
      config,
      files: this.#news.all(),
      faults: this.#oca.media.faults.current,
      pinned: head.files,
      tls,
      requestLogFile,
      slowClientMs,
      slowHeadersMs,
    };
  }

  #hear(from: WorkerThread, message: Exclude<FromWorker, { readonly kind: 'ready' | 'done' }>): void {
    switch (message.kind) {
      case 'log':
        this.#options.log(message.level, message.message, { worker: from.number, ...message.fields });
        break;
      case 'disk-failed':
        this.#answers.diskFailed(message);
        break;
      case 'plays':
        for (const thread of this.#threads) if (thread !== from) thread.tell(message);
        break;
      case 'ask':
        void this.#answers.to(message.question).then((answer) => {
          from.tell({ kind: 'answer', id: message.id, answer });
        });
    }
  }

  #tellAll(message: ToWorker): void {
    for (const thread of this.#threads) thread.tell(message);
  }

  #tick(): void {
    this.#count();
    this.#say();
  }

  #endHung(): void {
    const { hungAfterMs = HUNG_AFTER_MS, log } = this.#options;
    for (const thread of this.#threads) {
      if (thread.look() * TICK_MS < hungAfterMs) continue;
      log('error', 'a worker hangs', { worker: thread.number });
      void thread.end();
    }
  }

  #count(): void {
    const { board } = this.#options.shared;
    const sentBytes = board.sentBytes();
    const serving = this.#threads.filter((thread) => thread.serves);
    this.#oca.media.countOutside({
      connections: board.connections(),
      bytes: sentBytes - this.#countedBytes,
      processorShare: this.#vitals.look(serving, availableParallelism()),
    });
    this.#countedBytes = sentBytes;
  }

  #say(): void {
    const { media } = this.#oca;
    this.#options.shared.board.say({
      shed: media.shed,
      strainShare: media.strainShare,
      trafficBps: media.trafficBps(),
    });
  }
}
