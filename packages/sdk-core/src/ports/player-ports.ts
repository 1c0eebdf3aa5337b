import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import type { Logger } from './logger.ts';
import type { MediaEngine } from './media-engine.ts';
import type { NetworkInfo } from './network-info.ts';
import type { OpenNetworkMemory } from './network-memory.ts';
import type { Random } from './random.ts';
import type { Telemetry } from './telemetry.ts';

/** Everything the core needs from the world. */
export interface PlayerPorts {
  readonly clock: Clock;
  readonly http: HttpClient;
  /**
   * The API token travels in the body of the play request, which counts as text: a page's browser asks another origin
   * for permission before it sends it a header `Authorization` or JSON, and that is one more round trip before each start.
   */
  readonly tokenInBody?: boolean;
  readonly random: Random;
  readonly engine: MediaEngine;
  readonly networkMemory?: OpenNetworkMemory | undefined;
  readonly networkInfo?: NetworkInfo;
  readonly logger?: Logger;
  readonly telemetry?: Telemetry | undefined;
  /** Calls back when the page ends for good: its play is told to end. The function it gives ends that. */
  readonly onPageEnd?: (callback: () => void) => () => void;
}
