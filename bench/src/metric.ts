/** One measured figure. `target` is what we hold ourselves to. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly target?: number;
  /** It was not reached while we watched: the value is where we stopped. */
  readonly atLeast?: boolean;
}

/** What the command line may say; each bench reads what concerns it. */
export interface BenchOptions {
  readonly harness?: string | undefined;
  readonly traces?: string | undefined;
  readonly split?: string | undefined;
  readonly metric?: string | undefined;
  /** Repetitions of the benches in a browser. */
  readonly runs?: string | undefined;
  /** Of `failover`, to look at a part of it: names with commas between. */
  readonly players?: string | undefined;
  readonly faults?: string | undefined;
  /** Of `serving`: which of its servers, with commas between. */
  readonly engines?: string | undefined;
  /** Of `play-requests`: whole, small or tiny. */
  readonly sizes?: string | undefined;
  /** Of `play-requests`: a folder for a profile of the region's process. */
  readonly cpuProf?: string | undefined;
  /** Of `play-requests`: flags of Node for the region's process, with spaces between. */
  readonly nodeFlags?: string | undefined;
  /** Of `play-requests`: plays before anything is measured, where a profile needs more of them. */
  readonly warmPlays?: string | undefined;
  /** Of `disks`: the folder of the emulated hard disk. */
  readonly hddEmulator?: string | undefined;
  /** A folder for pictures of the players at work. */
  readonly screenshots?: string | undefined;
}

export type Bench = (options: BenchOptions) => Promise<readonly Metric[]>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
