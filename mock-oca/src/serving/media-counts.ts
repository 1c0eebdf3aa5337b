import type { WorkKind } from '../admission/work-kind.ts';
import type { Sample } from '../health/metrics-text.ts';

const FIRST_BYTE_S = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const WORKS: readonly WorkKind[] = ['prefetch', 'fill', 'new-play', 'running-play'];
/** Every status that HTTP has room for. */
const STATUSES = 1000;

const REFUSED_AT = STATUSES;
/** Of each bound, those that lie above the one before. */
const WITHIN_AT = REFUSED_AT + WORKS.length;
const FIRST_BYTES_AT = WITHIN_AT + FIRST_BYTE_S.length;
const FIRST_BYTE_SUM_S_AT = FIRST_BYTES_AT + 1;
/** Numbers that one thread's counts take. */
export const COUNT_CELLS = FIRST_BYTE_SUM_S_AT + 1;

/** What was answered since the start, for metrics. */
export class MediaCounts {
  readonly #cells: Float64Array;
  /** By nginx's workers, who count for themselves. */
  #refusedOutside: Partial<Record<WorkKind, number>> = {};
  /** The same of other threads. */
  #others: readonly Float64Array[] = [];

  constructor(cells: Float64Array = new Float64Array(COUNT_CELLS)) {
    this.#cells = cells;
  }

  answered(status: number, work: WorkKind | undefined, reason: string): void {
    this.#add(status, 1);
    if (reason === 'oca/overloaded' && work) this.#add(REFUSED_AT + WORKS.indexOf(work), 1);
  }

  firstByte(afterMs: number): void {
    const afterS = afterMs / 1000;
    this.#add(FIRST_BYTES_AT, 1);
    this.#add(FIRST_BYTE_SUM_S_AT, afterS);
    const index = FIRST_BYTE_S.findIndex((boundS) => afterS <= boundS);
    if (index >= 0) this.#add(WITHIN_AT + index, 1);
  }

  refusedOutside(counts: Partial<Record<WorkKind, number>>): void {
    this.#refusedOutside = counts;
  }

  /** From now on these are told, too. */
  tellAlso(others: readonly Float64Array[]): void {
    this.#others = others;
  }

  answers(): readonly Sample[] {
    return Array.from({ length: STATUSES }, (_, status) => ({
      labels: { status: String(status) },
      value: this.#sum(status),
    })).filter(({ value }) => value > 0);
  }

  refused(): readonly Sample[] {
    return WORKS.map((work, index) => {
      return { labels: { work }, value: this.#sum(REFUSED_AT + index) + (this.#refusedOutside[work] ?? 0) };
    });
  }

  firstBytes(): readonly Sample[] {
    let value = 0;
    const buckets = FIRST_BYTE_S.map((boundS, index): Sample => {
      value += this.#sum(WITHIN_AT + index);
      return { suffix: '_bucket', labels: { le: String(boundS) }, value };
    });
    const count = this.#sum(FIRST_BYTES_AT);
    return [
      ...buckets,
      { suffix: '_bucket', labels: { le: '+Inf' }, value: count },
      { suffix: '_sum', value: this.#sum(FIRST_BYTE_SUM_S_AT) },
      { suffix: '_count', value: count },
    ];
  }

  #add(cell: number, more: number): void {
    this.#cells[cell] = (this.#cells[cell] ?? 0) + more;
  }

  #sum(cell: number): number {
    return this.#others.reduce((sum, cells) => sum + (cells[cell] ?? 0), this.#cells[cell] ?? 0);
  }
}
