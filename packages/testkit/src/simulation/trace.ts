/** A network as somebody measured it. */
export interface Trace {
  readonly steps: readonly TraceStep[];
}

export interface TraceStep {
  readonly durationMs: number;
  readonly rateBps: number;
  /** One way. */
  readonly latencyMs: number;
}

const HEADER = 'duration_ms,bandwidth_kbps,latency_ms';

/** From text: one header line, then `duration_ms,bandwidth_kbps,latency_ms` a line; the latency is of a round trip. */
export function parseTrace(text: string): Trace {
  const [header = '', ...lines] = text.split('\n').map((line) => line.trim());
  if (header !== HEADER) throw new Error(`A trace begins with "${HEADER}", not with "${header.slice(0, 80)}".`);
  const steps = lines.filter((line) => line !== '').map(stepOf);
  if (!steps.some((step) => step.rateBps > 0)) throw new Error('A trace needs a moment at which something passes.');
  return { steps };
}

function stepOf(line: string, index: number): TraceStep {
  const [durationMs = Number.NaN, kbps = Number.NaN, roundTripMs = Number.NaN] = line.split(',').map(Number);
  const isFine = durationMs > 0 && kbps >= 0 && roundTripMs >= 0;
  if (!isFine || !Number.isFinite(durationMs + kbps + roundTripMs))
    throw new Error(`Line ${index + 2} of the trace makes no sense: "${line.slice(0, 80)}".`);
  return { durationMs, rateBps: kbps * 1000, latencyMs: roundTripMs / 2 };
}

export function traceDurationMs({ steps }: Trace): number {
  return steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** What holds `atMs` into the trace, which begins again at its end, and for how long it holds. */
export function traceAt(trace: Trace, atMs: number): { readonly step: TraceStep; readonly leftMs: number } {
  let restMs = atMs % traceDurationMs(trace);
  for (const step of trace.steps) {
    if (restMs < step.durationMs) return { step, leftMs: step.durationMs - restMs };
    restMs -= step.durationMs;
  }
  const [step] = trace.steps;
  if (!step) throw new Error('A trace without steps.');
  return { step, leftMs: step.durationMs };
}
