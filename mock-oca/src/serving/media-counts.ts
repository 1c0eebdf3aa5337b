import type { WorkKind } from '../admission/work-kind.ts';
import type { Sample } from '../health/metrics-text.ts';

const FIRST_BYTE_S = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What was answered since the start, for metrics. */
export class MediaCounts {
  readonly #answers = new Map<number, number>();
  readonly #refused: Record<WorkKind, number> = { prefetch: 0, fill: 0, 'new-play': 0, 'running-play': 0 };
  /** By nginx's workers, who count for themselves. */
  #refusedOutside: Partial<Record<WorkKind, number>> = {};
  /** Of each bound, those that lie above the one before. */
  readonly #within = FIRST_BYTE_S.map(() => 0);
  #firstBytes = 0;
  #firstByteSumS = 0;

  answered(status: number, work: WorkKind | undefined, reason: string): void {
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1);
    if (reason === 'oca/overloaded' && work) this.#refused[work] += 1;
  }

  firstByte(afterMs: number): void {
    const afterS = afterMs / 1000;
    this.#firstBytes += 1;
    this.#firstByteSumS += afterS;
    const index = FIRST_BYTE_S.findIndex((boundS) => afterS <= boundS);
    if (index >= 0) this.#within[index] = (this.#within[index] ?? 0) + 1;
  }

  refusedOutside(counts: Partial<Record<WorkKind, number>>): void {
    this.#refusedOutside = counts;
  }

  answers(): readonly Sample[] {
    return [...this.#answers].map(([status, value]) => ({ labels: { status: String(status) }, value }));
  }

  refused(): readonly Sample[] {
    return (Object.entries(this.#refused) as [WorkKind, number][]).map(([work, count]) => {
      return { labels: { work }, value: count + (this.#refusedOutside[work] ?? 0) };
    });
  }

  firstBytes(): readonly Sample[] {
    let value = 0;
    const buckets = FIRST_BYTE_S.map((boundS, index): Sample => {
      value += this.#within[index] ?? 0;
      return { suffix: '_bucket', labels: { le: String(boundS) }, value };
    });
    return [
      ...buckets,
      { suffix: '_bucket', labels: { le: '+Inf' }, value: this.#firstBytes },
      { suffix: '_sum', value: this.#firstByteSumS },
      { suffix: '_count', value: this.#firstBytes },
    ];
  }
}
