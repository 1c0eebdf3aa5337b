import { createHmac } from 'node:crypto';
import { Socket } from 'node:net';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { loadNative } from '../../../native/native.ts';
import { openRequestLog, type RequestLogFile } from '../../../process/request-log-file.ts';
import { MediaService } from '../../../serving/media-service.ts';
import type { Door } from '../doors.ts';
import { doorOf } from '../node-server.ts';
import { forwardControl } from './control-forwarding.ts';
import { errorOf, failureOf } from './failures.ts';
import type { ControlAnswer, FileAnswer, FromWorker, Question, ToWorker, WorkerOrder } from './messages.ts';
import { SharedBoard, type WorkerSeat } from './shared-board.ts';
import { clockLike } from './thread-clock.ts';
import { WorkerDisks } from './worker-disks.ts';

/** One of the threads that serve an appliance: media by itself, everything else by asking the agent. */
class ServingWorker {
  readonly #port: MessagePort;
  readonly #media: MediaService;
  readonly #disks: WorkerDisks;
  readonly #door: Door;
  readonly #seat: WorkerSeat;
  readonly #requestLog: RequestLogFile | undefined;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #questions = 0;

  constructor(port: MessagePort, order: WorkerOrder) {
    const { config, worker, clockOffsetMs, requestLogFile, slowClientMs, slowHeadersMs, tls } = order;
    const native = loadNative();
    if (!native) throw new Error('This thread cannot call the kernel.');
    const board = new SharedBoard(order.memory, order.workers);
    const clock = clockLike(clockOffsetMs);
    this.#port = port;
    this.#seat = board.seatOf(worker);
    this.#requestLog = requestLogFile === undefined ? undefined : openRequestLog(requestLogFile);
    this.#disks = new WorkerDisks({
      native,
      nowMs: clock.nowMs,
      reading: board.reading,
      bring: (fileId, position, bytes) => this.#askForFile({ what: 'bring', fileId, position, bytes }),
      tryFile: (fileId) => this.#askForFile({ what: 'try-file', fileId }),
    });
    const deps = {
      clock,
      disks: this.#disks,
      hmac: (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex'),
      log: (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) =>
        this.#tell({ kind: 'log', level, message, fields }),
      beside: {
        name: `w${worker}`,
        counts: this.#seat.counts,
        lines: board.lines,
        connections: () => this.#seat.othersConnections(),
        trafficBps: () => board.trafficBps,
        shed: () => board.shed,
        strainShare: () => board.strainShare,
        runs: (connections: number) => this.#seat.runs(connections),
        sent: (bytes: number) => this.#seat.sent(bytes),
        plays: (playId: string) => this.#tell({ kind: 'plays', playId }),
        diskFailed: (target: string, error: unknown) =>
          this.#tell({ kind: 'disk-failed', target, failure: failureOf(error) }),
      },
      ...(this.#requestLog && { requestLog: this.#requestLog.write }),
    };
    this.#media = new MediaService(config, deps, () => {});
    const control = (request: Request): Promise<Response> =>
      forwardControl(request, (asked) => this.#ask<ControlAnswer>({ what: 'control', request: asked }));
    this.#door = doorOf({ media: this.#media, control: { fetch: control } }, { slowClientMs, slowHeadersMs, tls });
    // It never listens: the agent does, and hands over whoever comes. Node begins to look for slow clients with this event.
    this.#door.server.emit('listening');
    this.#disks.changed(order.files, []);
    this.#disks.pin(order.pinned);
    this.#media.faults.set(order.faults);
    port.on('message', (message: ToWorker) => this.#hear(message));
    this.#tell({ kind: 'ready' });
  }

  #hear(message: ToWorker): void {
    switch (message.kind) {
      case 'connection':
        this.#take(message.fd);
        break;
      case 'files':
        this.#disks.changed(message.came, message.gone);
        break;
      case 'pinned':
        this.#disks.pin(message.files);
        break;
      case 'faults':
        this.#media.faults.set(message.faults);
        break;
      case 'plays':
        this.#media.playsElsewhere(message.playId);
        break;
      case 'answer':
        this.#waiting.get(message.id)?.(message.answer);
        this.#waiting.delete(message.id);
        break;
      case 'settle':
        this.#tell({ kind: 'done', id: message.id });
        break;
      case 'reload':
        this.#reload();
        break;
      case 'reopen-log':
        this.#requestLog?.reopen();
        break;
      case 'close':
        void this.#close(message.graceMs);
    }
  }

  #take(fd: number): void {
    // First: from here on who closes the descriptor is this thread.
    this.#seat.took();
    const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    socket.once('close', () => this.#seat.closed());
    socket.setNoDelay(true);
    this.#door.server.emit('connection', socket);
  }

  #reload(): void {
    try {
      this.#door.reload?.();
    } catch (error) {
      this.#tell({ kind: 'log', level: 'error', message: 'could not reload', fields: { error: String(error) } });
    }
  }

  async #close(graceMs: number): Promise<void> {
    await this.#door.close(graceMs);
    this.#requestLog?.close();
    process.exit();
  }

  async #askForFile(question: Question): Promise<void> {
    const failure = await this.#ask<FileAnswer>(question);
    if (failure) throw errorOf(failure);
  }

  #ask<T>(question: Question): Promise<T> {
    const id = ++this.#questions;
    return new Promise((resolve) => {
      this.#waiting.set(id, (answer) => resolve(answer as T));
      this.#tell({ kind: 'ask', id, question });
    });
  }

  #tell(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

if (parentPort) new ServingWorker(parentPort, workerData as WorkerOrder);
