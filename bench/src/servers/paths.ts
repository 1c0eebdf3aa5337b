import type { Trace } from '@pressplay/testkit/simulation';
import type { Incident } from './incidents.ts';
import type { Line } from './lines.ts';

/** How one server can be reached from the viewer, step by step from the start of the play; after the last one for ever. */
export interface Path {
  readonly trace: Trace;
  /** Beginning of each step. */
  readonly startsMs: readonly number[];
}

const HORIZON_MS = 900_000;
/** By rank: the others are a little slower and farther than the first. */
const SCALES = [1, 0.9, 0.8, 0.75, 0.7] as const;
const ADDED_MS = [0, 6, 12, 25, 40] as const;

/** The way to the server of this rank; incidents befall the first. */
export function pathOf({ trace }: Line, incident: Incident, rank: number): Path {
  const factor =
    rank === 0 ? 1 : (incident.othersFactor ?? 1) * (incident.othersFactor ? scaleOf(rank - 1) : scaleOf(rank));
  const spells = rank === 0 ? incident.spells : [];
  const edges = spells.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const steps: { durationMs: number; rateBps: number; latencyMs: number }[] = [];
  const startsMs: number[] = [];
  for (let atMs = 0, index = 0; atMs < HORIZON_MS; index++) {
    const step = trace.steps[index % trace.steps.length];
    if (!step) throw new Error('A line without steps.');
    const endMs = atMs + step.durationMs;
    while (atMs < endMs) {
      const nextMs = Math.min(endMs, ...edges.filter((edge) => edge > atMs));
      const spell = spells.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
      startsMs.push(atMs);
      steps.push({
        durationMs: nextMs - atMs,
        rateBps: step.rateBps * factor * (spell?.rateFactor ?? 1),
        latencyMs: step.latencyMs + (ADDED_MS[rank] ?? 40) + (spell?.addLatencyMs ?? 0) / 2,
      });
      atMs = nextMs;
    }
  }
  return { trace: { steps }, startsMs };
}

/** What the viewer's own line carries: as much as the best way to any server. */
export function lineCarries({ trace }: Line, incident: Incident): Trace {
  const factor = Math.max(1, incident.othersFactor ?? 1);
  return { steps: trace.steps.map((step) => ({ ...step, rateBps: step.rateBps * factor, latencyMs: 1 })) };
}

/** When an answer of so many bytes, asked for at `atMs`, would be there. */
export function finishMs({ trace, startsMs }: Path, atMs: number, bytes: number): number {
  let index = stepAt(startsMs, atMs);
  // There and back; the viewer's own end of the way adds the same to all.
  let nowMs = atMs + 2 * (trace.steps[index]?.latencyMs ?? 0);
  let leftBits = bytes * 8;
  for (index = stepAt(startsMs, nowMs); ; index++) {
    const step = trace.steps[index];
    if (!step) return Number.POSITIVE_INFINITY;
    const endMs = (startsMs[index] ?? 0) + step.durationMs;
    const bits = (step.rateBps * (endMs - nowMs)) / 1000;
    if (bits >= leftBits) return nowMs + (leftBits * 1000) / step.rateBps;
    leftBits -= bits;
    nowMs = endMs;
  }
}

function stepAt(startsMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = startsMs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((startsMs[middle] ?? 0) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

const scaleOf = (rank: number): number => SCALES[rank] ?? 0.7;
