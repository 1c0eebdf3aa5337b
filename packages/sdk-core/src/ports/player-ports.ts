import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import type { Logger } from './logger.ts';
import type { MediaEngine } from './media-engine.ts';
import type { Random } from './random.ts';
import type { Storage } from './storage.ts';
import type { Telemetry } from './telemetry.ts';

/** Everything the core needs from the world. */
export interface PlayerPorts {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly engine: MediaEngine;
  readonly storage?: Storage;
  readonly logger?: Logger;
  readonly telemetry?: Telemetry | undefined;
}
