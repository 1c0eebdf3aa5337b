import type { ReportWorth } from './event-keys.ts';

export interface QueuedReport {
  readonly line: string;
  readonly worth: ReportWorth;
  readonly replaces?: string;
}

export const MAX_QUEUED_REPORTS = 200;

/** What may go when there is no room, in this order. Errors and the play's figures stay. */
const DROPPED_FIRST: readonly ReportWorth[] = ['interval', 'response', 'change'];

/** The reports with one more. Of a full queue the oldest of the least worth goes. */
export function withReport(queue: readonly QueuedReport[], report: QueuedReport): readonly QueuedReport[] {
  const { replaces } = report;
  const kept = replaces === undefined ? queue : queue.filter((other) => other.replaces !== replaces);
  return shortened([...kept, report]);
}

/** Unsent reports back in front of those that came meanwhile. */
export function withUnsent(queue: readonly QueuedReport[], unsent: readonly QueuedReport[]): readonly QueuedReport[] {
  const replaced = new Set(queue.flatMap(({ replaces }) => replaces ?? []));
  return shortened([...unsent.filter(({ replaces }) => replaces === undefined || !replaced.has(replaces)), ...queue]);
}

/** The first reports that fit into one request, and the others. */
export function batchOf(
  queue: readonly QueuedReport[],
  { maxReports, maxCharacters }: { readonly maxReports: number; readonly maxCharacters: number },
): { readonly batch: readonly QueuedReport[]; readonly rest: readonly QueuedReport[] } {
  let count = 0;
  let characters = 0;
  for (const { line } of queue) {
    characters += line.length + 1;
    if (count === maxReports || (count > 0 && characters > maxCharacters)) break;
    count++;
  }
  return { batch: queue.slice(0, count), rest: queue.slice(count) };
}

function shortened(queue: readonly QueuedReport[]): readonly QueuedReport[] {
  let kept = queue;
  for (const worth of DROPPED_FIRST) {
    let surplus = kept.length - MAX_QUEUED_REPORTS;
    if (surplus <= 0) break;
    kept = kept.filter((report) => report.worth !== worth || surplus-- <= 0);
  }
  return kept;
}
