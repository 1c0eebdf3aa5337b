import type { VirtualLines } from '../admission/virtual-lines.ts';

/** What a thread must know, and tell, that serves an appliance beside others. All of it returns at once. */
export interface BesideOthers {
  /** Stands in its requests' ids. */
  readonly name: string;
  /** Where its counts lie. */
  readonly counts: Float64Array;
  /** What was promised by all. */
  readonly lines: VirtualLines;
  /** Responses of the others that run. */
  connections(): number;
  /** What all send. */
  trafficBps(): number;
  shed(): boolean;
  strainShare(): number;
  /** Responses of this one that run. */
  runs(connections: number): void;
  sent(bytes: number): void;
  /** This play is served here from now on. */
  plays(playId: string): void;
  /** What follows from it is for somebody else to judge. */
  diskFailed(target: string, error: unknown): void;
}
