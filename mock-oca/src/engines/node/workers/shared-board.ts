import { LINE_COUNT } from '../../../admission/promised-traffic.ts';
import { SharedLines, type VirtualLines } from '../../../admission/virtual-lines.ts';
import { COUNT_CELLS } from '../../../serving/media-counts.ts';
import { ReadingMarks } from './reading-marks.ts';

/** Said by the agent to all. */
const SHED = 0;
const STRAIN_SHARE = 1;
const TRAFFIC_BPS = 2;
const AGENT_CELLS = 3;

/** Said by each worker, and by nobody else. */
const CONNECTIONS = 0;
const SENT_BYTES = 1;
/** Connections that it has taken over, and of these, those that are closed. */
const TAKEN = 2;
const CLOSED = 3;
const COUNTS = 4;
const WORKER_CELLS = COUNTS + COUNT_CELLS;

/**
 * Memory that all threads of an appliance see: each number is written by one thread alone, but for the lines of what was
 * promised, which all change.
 */
export class SharedBoard {
  readonly memory: SharedArrayBuffer;
  readonly lines: VirtualLines;
  readonly reading: ReadingMarks;
  readonly #agent: Float64Array;
  readonly #workers: readonly Float64Array[];

  static make(workers: number): SharedBoard {
    const cells = AGENT_CELLS + LINE_COUNT + workers * WORKER_CELLS;
    return new SharedBoard(new SharedArrayBuffer(cells * 8 + ReadingMarks.BYTES), workers);
  }

  constructor(memory: SharedArrayBuffer, workers: number) {
    this.memory = memory;
    this.#agent = new Float64Array(memory, 0, AGENT_CELLS);
    this.lines = new SharedLines(memory, AGENT_CELLS * 8, LINE_COUNT);
    const firstCell = AGENT_CELLS + LINE_COUNT;
    const offsetOf = (worker: number): number => (firstCell + worker * WORKER_CELLS) * 8;
    this.#workers = Array.from(
      { length: workers },
      (_, worker) => new Float64Array(memory, offsetOf(worker), WORKER_CELLS),
    );
    this.reading = new ReadingMarks(memory, offsetOf(workers));
  }

  get shed(): boolean {
    return this.#agent[SHED] === 1;
  }

  get strainShare(): number {
    return this.#agent[STRAIN_SHARE] ?? 0;
  }

  get trafficBps(): number {
    return this.#agent[TRAFFIC_BPS] ?? 0;
  }

  /** By the agent. */
  say(mood: { readonly shed: boolean; readonly strainShare: number; readonly trafficBps: number }): void {
    this.#agent[SHED] = mood.shed ? 1 : 0;
    this.#agent[STRAIN_SHARE] = mood.strainShare;
    this.#agent[TRAFFIC_BPS] = mood.trafficBps;
  }

  counts(): readonly Float64Array[] {
    return this.#workers.map((cells) => cells.subarray(COUNTS));
  }

  connections(): number {
    return this.#sum(CONNECTIONS);
  }

  sentBytes(): number {
    return this.#sum(SENT_BYTES);
  }

  taken(worker: number): number {
    return this.#workers[worker]?.[TAKEN] ?? 0;
  }

  closed(worker: number): number {
    return this.#workers[worker]?.[CLOSED] ?? 0;
  }

  /** By the agent, of a worker that is no more: what ran there runs no more; what it has sent it has sent. */
  forget(worker: number): void {
    const cells = this.#workers[worker];
    if (!cells) return;
    cells[CONNECTIONS] = 0;
    cells[TAKEN] = 0;
    cells[CLOSED] = 0;
  }

  seatOf(worker: number): WorkerSeat {
    const cells = this.#workers[worker];
    if (!cells) throw new Error(`There is no worker ${worker}.`);
    return new WorkerSeat(cells, () => this.connections());
  }

  #sum(cell: number): number {
    let sum = 0;
    for (const cells of this.#workers) sum += cells[cell] ?? 0;
    return sum;
  }
}

/** Where one worker tells the others of itself. */
export class WorkerSeat {
  readonly counts: Float64Array;
  readonly #cells: Float64Array;
  readonly #allConnections: () => number;

  constructor(cells: Float64Array, allConnections: () => number) {
    this.#cells = cells;
    this.counts = cells.subarray(COUNTS);
    this.#allConnections = allConnections;
  }

  othersConnections(): number {
    return this.#allConnections() - (this.#cells[CONNECTIONS] ?? 0);
  }

  runs(connections: number): void {
    this.#cells[CONNECTIONS] = connections;
  }

  sent(bytes: number): void {
    this.#add(SENT_BYTES, bytes);
  }

  took(): void {
    this.#add(TAKEN, 1);
  }

  closed(): void {
    this.#add(CLOSED, 1);
  }

  #add(cell: number, more: number): void {
    this.#cells[cell] = (this.#cells[cell] ?? 0) + more;
  }
}
