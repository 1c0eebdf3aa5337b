import type { Clock } from '../deps.ts';
import type { DiskStore, KernelFile, OpenFile } from '../disks/disk-store.ts';
import { type ActiveFault, activeFault, corrupted } from '../faults/active-fault.ts';
import type { FaultSwitch } from '../faults/fault-switch.ts';
import { spend } from './pace.ts';
import type { RequestHead } from './plan-response.ts';
import type { TransferOutcome } from './request-log.ts';
import { errorPlan, type ServePlan } from './serve-plan.ts';
import { headStep, nextStep, type TransferState, type TransferStep } from './transfer-step.ts';

/** The connection has to break: that is what a reset looks like to a renderer. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';
  readonly outcome: TransferOutcome;

  constructor(outcome: TransferOutcome, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

/** Hands out the bytes of one range, in order. A chunk is valid until the next `read`, and not to be changed. */
export interface ChunkReader {
  read(position: number, maxBytes: number): Promise<Uint8Array>;
  /** The same, of what lies in this process's memory. Throws where `read` would reject. */
  readNow?(position: number, maxBytes: number): Uint8Array;
  release(): void;
}
export type ChunkReaderFactory = (
  file: OpenFile,
  range: { readonly startByte: number; readonly endByte: number },
) => ChunkReader;

export interface ExchangeParts {
  readonly head: RequestHead;
  readonly plan: ServePlan;
  readonly clock: Clock;
  readonly disks: DiskStore;
  readonly faults: FaultSwitch;
  readonly chunkBytes: number;
  readonly onDiskError: (error: unknown) => void;
  readonly onSent: (bytes: number) => void;
  readonly onEnd: (end: ExchangeEnd) => void;
}

/** Bytes of the file that may go out now. */
export interface FilePart {
  readonly position: number;
  readonly bytes: number;
}

export interface ExchangeEnd {
  readonly status: number;
  readonly bytesSent: number;
  readonly bytesFlushed?: number | undefined;
  readonly outcome: TransferOutcome;
}

/**
 * One answer being given, whatever gives it. A renderer calls `begin`, sends the head, then takes chunks from `next`
 * until there are none, and says how it `end`ed. Faults switched on meanwhile are felt here.
 */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #arrivedAtMs: number;
  #unsubscribe: (() => void) | undefined;
  #plan: ServePlan;
  readonly #transfer: { sentBytes: number; readonly totalBytes: number; pace: TransferState['pace'] };
  #reader: ChunkReader | undefined;
  #file: OpenFile | undefined;
  #flushedBytes: number | undefined;
  #cut: ConnectionCut | undefined;
  #onCut: ((cut: ConnectionCut) => void) | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(parts: ExchangeParts) {
    const { body } = parts.plan;
    this.#parts = parts;
    this.#plan = parts.plan;
    this.#arrivedAtMs = parts.clock.nowMs();
    this.#transfer = {
      sentBytes: 0,
      totalBytes: body.kind === 'file' ? body.endByte - body.startByte : 0,
      pace: undefined,
    };
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits as long as faults say, opens the file, and gives the plan to answer with. Rejects with `ConnectionCut`. */
  async begin(readerOf: ChunkReaderFactory): Promise<ServePlan> {
    this.#listen();
    if (this.#cut || this.#fault()) await this.#headGate();
    const { body } = this.#plan;
    if (body.kind !== 'file' || this.#ended) return this.#plan;
    try {
      this.#file = await this.#parts.disks.open(body.fileId);
      this.#reader = readerOf(this.#file, body);
    } catch (error) {
      this.#parts.onDiskError(error);
      this.#plan = { ...diskErrorPlan(this.#parts.head.method, body.fileId), reason: 'disk-error' };
    }
    if (this.#ended) this.#release();
    return this.#plan;
  }

  /** As `begin`, where nothing has to be waited for; undefined where something has. */
  beginNow(readerOf: ChunkReaderFactory): ServePlan | undefined {
    if (this.#cut || this.#ended || this.#fault()) return undefined;
    const { body } = this.#plan;
    if (body.kind !== 'file') return this.#plan;
    const file = this.#parts.disks.openNow?.(body.fileId);
    if (!file) return undefined;
    this.#file = file;
    this.#reader = readerOf(file, body);
    return this.#plan;
  }

  /** The next bytes of the file, when it is time for them; undefined at the end or once ended. Rejects with `ConnectionCut`. */
  async next(): Promise<Uint8Array | undefined> {
    const part = await this.nextPart();
    return part && this.read(part);
  }

  /** As `next`, without reading: `read` it, or have the kernel send it and say so with `sent`. */
  async nextPart(): Promise<FilePart | undefined> {
    this.#listen();
    while (!this.#ended) {
      const step = this.#dueStep();
      if (step.kind === 'done') return undefined;
      if (step.kind === 'send') return { position: this.#position(), bytes: step.bytes };
      await this.#pause(step.kind === 'wait' ? step.waitMs : undefined);
    }
    return undefined;
  }

  /** As `nextPart`, where it is time already; undefined where it is not. Throws `ConnectionCut`. */
  partNow(): FilePart | undefined {
    if (this.#ended) return undefined;
    const step = this.#dueStep();
    return step.kind === 'send' ? { position: this.#position(), bytes: step.bytes } : undefined;
  }

  /** Whether any are on their way. */
  get hasSent(): boolean {
    return this.#transfer.sentBytes > 0;
  }

  /** Whether all bytes of the file are on their way. */
  get allSent(): boolean {
    return this.#transfer.sentBytes >= this.#transfer.totalBytes;
  }

  /** For who lets the kernel send the file; undefined while its bytes have to pass through here. */
  get kernel(): KernelFile | undefined {
    return this.#fault()?.corruptEveryBytes === undefined ? this.#file?.kernel : undefined;
  }

  /** Brings a part into memory when it is its turn on the disk. Rejects with `ConnectionCut`. */
  async bring({ position, bytes }: FilePart): Promise<void> {
    this.#listen();
    try {
      await this.#file?.kernel?.bring(position, bytes);
    } catch (error) {
      throw this.#diskCut(error);
    }
  }

  /** Bytes of the part that was due, from its beginning, that are on their way. */
  sent(bytes: number): void {
    const { pace } = this.#transfer;
    this.#transfer.sentBytes += bytes;
    this.#transfer.pace = pace && spend(pace, bytes);
    this.#parts.onSent(bytes);
    if (!this.allSent) this.#listen();
  }

  /** The bytes of the part that is due, changed where a fault wants that; undefined once ended. Rejects with `ConnectionCut`. */
  async read({ position, bytes }: FilePart): Promise<Uint8Array | undefined> {
    if (!this.#reader) return undefined;
    this.#listen();
    const right = await this.#readOrCut(this.#reader, position, bytes);
    return this.#ended ? undefined : this.#given(right, position);
  }

  /** As `read`, of what lies in this process's memory; undefined of anything else. Throws `ConnectionCut`. */
  readNow({ position, bytes }: FilePart): Uint8Array | undefined {
    if (!this.#reader?.readNow) return undefined;
    try {
      return this.#given(this.#reader.readNow(position, bytes), position);
    } catch (error) {
      throw this.#diskCut(error);
    }
  }

  /** Bytes that left this process, for renderers that know. */
  flushed(bytes: number): void {
    this.#flushedBytes = (this.#flushedBytes ?? 0) + bytes;
  }

  /** Breaks a running answer from outside: `begin` and `next` reject, and the listener hears of it at once. */
  cut(outcome: TransferOutcome, message: string): void {
    if (this.#cut || this.#ended) return;
    this.#cut = new ConnectionCut(outcome, message);
    this.#wake?.();
    this.#onCut?.(this.#cut);
  }

  /** For a renderer that may be waiting for its client while the answer is cut. */
  onCut(listener: (cut: ConnectionCut) => void): void {
    this.#onCut = listener;
  }

  /** Lets go of everything at once. Idempotent: the first outcome counts. */
  end(outcome: TransferOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unsubscribe?.();
    this.#release();
    this.#wake?.();
    const { sentBytes: bytesSent } = this.#transfer;
    this.#parts.onEnd({ status: this.#plan.status, bytesSent, bytesFlushed: this.#flushedBytes, outcome });
  }

  async #headGate(): Promise<void> {
    const { clock, plan } = this.#parts;
    const request = { arrivedAtMs: this.#arrivedAtMs, plannedStatus: plan.fault?.status };
    while (!this.#ended) {
      if (this.#cut) throw this.#cut;
      const step = headStep(this.#fault(), request, clock.nowMs());
      if (step.kind === 'answer') return;
      if (step.kind === 'cut')
        throw new ConnectionCut('reset', 'Cut on purpose before the head: a status fault came on.');
      await this.#pause(step.kind === 'wait' ? step.waitMs : undefined);
    }
  }

  #step(): TransferStep {
    const { clock, chunkBytes } = this.#parts;
    return nextStep(this.#transfer, this.#fault(), { paceBps: this.#plan.paceBps, chunkBytes }, clock.nowMs());
  }

  #dueStep(): Exclude<TransferStep, { readonly kind: 'cut' }> {
    if (this.#cut) throw this.#cut;
    const step = this.#step();
    if (step.kind === 'cut') throw new ConnectionCut('reset', `Cut on purpose: ${step.reason}.`);
    if (step.kind === 'send' || step.kind === 'wait') this.#transfer.pace = step.pace;
    return step;
  }

  /** To changes of faults, from the first wait on: an answer that is given in one turn hears of none. */
  #listen(): void {
    if (!this.#ended) this.#unsubscribe ??= this.#parts.faults.onChange(() => this.#faultsChanged());
  }

  #faultsChanged(): void {
    const step = this.#step();
    if (step.kind === 'cut') this.cut('reset', `Cut on purpose: ${step.reason}.`);
    this.#wake?.();
  }

  #given(right: Uint8Array, position: number): Uint8Array {
    const every = this.#fault()?.corruptEveryBytes;
    const chunk = every === undefined ? right : corrupted(right, position, every);
    this.sent(chunk.length);
    return chunk;
  }

  #position(): number {
    const { body } = this.#plan;
    return (body.kind === 'file' ? body.startByte : 0) + this.#transfer.sentBytes;
  }

  async #readOrCut(reader: ChunkReader, position: number, bytes: number): Promise<Uint8Array> {
    try {
      return await reader.read(position, bytes);
    } catch (error) {
      throw this.#diskCut(error);
    }
  }

  #diskCut(error: unknown): ConnectionCut {
    if (!this.#ended) this.#parts.onDiskError(error);
    return new ConnectionCut('disk-error', 'The disk failed in the middle of the file.', { cause: error });
  }

  #fault(): ActiveFault | undefined {
    const { faults, head, plan } = this.#parts;
    if (faults.current.length === 0 || plan.fileId === undefined) return undefined;
    return activeFault(faults.current, { clientAddress: head.clientAddress, fileId: plan.fileId });
  }

  /** Until the delay is over, a fault changes, or somebody ends this. */
  #pause(delayMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const cancel = delayMs === undefined ? undefined : this.#parts.clock.schedule(delayMs, () => this.#wake?.());
      this.#wake = () => {
        cancel?.();
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #release(): void {
    this.#reader?.release();
    this.#file?.close();
    this.#reader = undefined;
    this.#file = undefined;
  }
}

function diskErrorPlan(method: string, fileId: string): ServePlan {
  return errorPlan(method, {
    code: 'oca/disk',
    message: 'The file cannot be read from its disk now.',
    context: { fileId },
  });
}
