import type { RenditionView } from '../manifest/presentation.ts';
import { rungOf } from './permitted.ts';
import type { PlannedWorth } from './planned-worth.ts';
import type { Utility } from './utility.ts';

/** A segment in the buffer. */
export interface BufferedView {
  readonly segmentNumber: number;
  readonly rendition: RenditionView;
  /** Until it plays; 0 or less for the one that plays. */
  readonly dueInMs: number;
}

export interface RunSafety {
  /** The first one is there in time when so many times its expected time is left, and a moment more. */
  readonly safety: number;
  /** The same for each after it, counted from now: by then one knows more. */
  readonly laterSafety: number;
  readonly reserveMs: number;
}

/** Neighbouring segments of the buffer, loaded again in order, all in one rendition. */
export interface ReplacementRun {
  /** What the viewer gains, changes included, before what the buffer is worth that it costs. */
  readonly gain: number;
  readonly downloadS: number;
  /** The first is to be there by then. */
  readonly withinMs: number;
}

/**
 * The run that begins at `from` and goes on up to the first segment that is as good; undefined where it cannot be there
 * in time. Only a whole run shows what a better line offers: the last segment alone is worth loading, too, but who
 * goes backwards from it loses a segment to the viewer for each that arrives. `shown` is the buffer and what comes next.
 */
export function replacementRun(
  shown: readonly BufferedView[],
  from: number,
  better: RenditionView,
  ladder: readonly RenditionView[],
  worth: PlannedWorth,
  safety: RunSafety,
): ReplacementRun | undefined {
  const rung = rungOf(ladder, better);
  const length = shown.slice(from).findIndex(({ rendition }) => rungOf(ladder, rendition) >= rung);
  if (from < 1 || length < 1) return undefined;
  const replaced = shown.slice(from, from + length);
  const times = arrival(replaced, better, worth, safety);
  if (!times) return undefined;
  const before = shown.slice(from - 1, from + length + 1);
  const after = before.map((one) => (replaced.includes(one) ? { ...one, rendition: better } : one));
  const seen = (views: readonly BufferedView[]): number => qualityOf(views, ladder, worth.utility);
  return { ...times, gain: seen(after) - seen(before) };
}

function arrival(
  replaced: readonly BufferedView[],
  better: RenditionView,
  worth: PlannedWorth,
  { safety, laterSafety, reserveMs }: RunSafety,
): Pick<ReplacementRun, 'downloadS' | 'withinMs'> | undefined {
  let downloadS = 0;
  let withinMs: number | undefined;
  for (const { segmentNumber, dueInMs } of replaced) {
    const segment = better.segments[segmentNumber];
    if (!segment) return undefined;
    downloadS += worth.downloadS(segment);
    const neededMs = downloadS * 1000 * (withinMs === undefined ? safety : laterSafety) + reserveMs;
    if (neededMs > dueInMs) return undefined;
    withinMs ??= neededMs;
  }
  return withinMs === undefined ? undefined : { downloadS, withinMs };
}

/** Of segments that play one after another, less its changes; without that of the first one. */
function qualityOf(shown: readonly BufferedView[], ladder: readonly RenditionView[], utility: Utility): number {
  let sum = 0;
  for (const [at, { segmentNumber, rendition }] of shown.entries()) {
    const before = shown[at - 1];
    if (!before) continue;
    const quality = utility(rendition, segmentNumber, ladder);
    sum += quality - Math.abs(quality - utility(before.rendition, segmentNumber, ladder));
  }
  return sum;
}
