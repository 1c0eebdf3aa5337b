import type { Clock } from '@pressplay/sdk-core';
import type { Network } from './network.ts';
import { type Trace, traceAt } from './trace.ts';

/** The link of a machine changes as the trace says, from `fromMs` into it, until the function given back is called. */
export function followTrace(clock: Clock, network: Network, name: string, trace: Trace, fromMs = 0): () => void {
  const offsetMs = fromMs - clock.nowMs();
  let cancel = (): void => {};
  const next = (atMs: number): void => {
    const { step, leftMs } = traceAt(trace, atMs);
    network.setLink(name, { rateBps: step.rateBps, latencyMs: step.latencyMs });
    cancel = clock.schedule(atMs + leftMs - offsetMs - clock.nowMs(), () => next(atMs + leftMs));
  };
  next(fromMs);
  return () => cancel();
}
