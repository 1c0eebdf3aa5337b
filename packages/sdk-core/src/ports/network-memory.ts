import type { AbrContext, RenditionChoice } from '../abr/abr-context.ts';
import type { Clock } from './clock.ts';
import type { NetworkInfo } from './network-info.ts';

/** What earlier plays on this network have seen, and what this one adds. */
export interface NetworkMemory {
  /** The first rendition of a play; undefined where nothing is known, or nothing that still counts. */
  firstChoice(context: AbrContext): RenditionChoice<string> | undefined;
  /** Cheap: told with every segment. */
  noteSometimes(rateBps: number | undefined, deliveredBytes: number): void;
  note(rateBps: number | undefined, deliveredBytes: number): void;
}

/** Called for each play. `storedMemory(storage)` of `@pressplay/sdk-core/memory` is one. */
export type OpenNetworkMemory = (ports: {
  readonly clock: Clock;
  readonly networkInfo?: NetworkInfo | undefined;
}) => NetworkMemory;
