import { type Prng, prngOf } from '../simulation/prng.ts';
import type { Trace } from '../simulation/trace.ts';
import { traceDurationMs } from '../simulation/trace.ts';
import type { World } from '../simulation/world.ts';
import type { LinkScene } from './scene.ts';

const STEP_MS = 4000;

/** Lays a viewer's line as the scene says. The function given back ends what changes it. */
export function leadLine(
  world: World,
  clientAddress: string,
  link: LinkScene,
  traces: { trace(name: string): Trace },
  random: Prng,
): () => void {
  world.httpFor(clientAddress);
  switch (link.kind) {
    case 'steady':
      world.setLink(clientAddress, { rateBps: link.rateBps, latencyMs: link.latencyMs });
      return () => {};
    case 'steps': {
      const steps = stepsOf(link, prngOf(Math.floor(random() * 2 ** 32)));
      return world.followTrace(clientAddress, { steps });
    }
    case 'trace': {
      const trace = traces.trace(link.file);
      return world.followTrace(clientAddress, trace, Math.floor(link.share * traceDurationMs(trace)));
    }
  }
}

/** A rate that swings by a factor, up and down, every few seconds. */
function stepsOf({ rateBps, latencyMs, swing }: LinkScene & { kind: 'steps' }, random: Prng): Trace['steps'] {
  return Array.from({ length: 40 }, () => ({
    durationMs: STEP_MS * (0.5 + random()),
    rateBps: Math.round(rateBps * swing ** (2 * random() - 1)),
    latencyMs,
  }));
}
