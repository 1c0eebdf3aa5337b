/** One measured figure. `target` is what we hold ourselves to. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly target?: number;
}

/** What the command line may say; each bench reads what concerns it. */
export interface BenchOptions {
  readonly harness?: string | undefined;
  readonly traces?: string | undefined;
  readonly split?: string | undefined;
  readonly metric?: string | undefined;
}

export type Bench = (options: BenchOptions) => Promise<readonly Metric[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
