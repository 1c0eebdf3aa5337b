import type { SteeringDecision } from '@pressplay/protocol/messages';
import type { AnsweredRequest } from './access-line.ts';
import type { RegionVitals } from './region-vitals.ts';

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Counts what happens. A process brings one that Prometheus reads; msw and the simulation bring none. */
export interface Meter {
  answered(request: AnsweredRequest): void;
  steered(decision: SteeringDecision): void;
  /** What was counted, and how the region is now. */
  expose(vitals: RegionVitals): Promise<Exposition>;
}
