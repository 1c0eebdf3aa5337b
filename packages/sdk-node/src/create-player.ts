import {
  type Clock,
  type DeviceCapabilities,
  type Logger,
  Player,
  type PlayerOptions,
  type Telemetry,
} from '@pressplay/sdk-core';
import { cmcdTelemetry } from '@pressplay/sdk-core/cmcd';
import { HeadlessEngine } from '@pressplay/sdk-core/headless';
import { nodeClock } from './node-clock.ts';
import { nodeHttpClient } from './node-http-client.ts';
import { nodeRandom } from './node-random.ts';

export interface NodePlayerOptions extends Omit<PlayerOptions, 'device'> {
  /** Everything where absent: nothing is decoded. */
  readonly device?: DeviceCapabilities;
  /** The source address of the connections, where a machine has several. */
  readonly localAddress?: string | undefined;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** How plays are reported; CMCD v2 where absent, not at all where false. */
  readonly telemetry?: Telemetry | false;
}

/** A device that takes every codec family of the contract. */
export const EVERY_CODEC: DeviceCapabilities = {
  videoCodecs: ['avc1', 'hvc1', 'hev1', 'vp09', 'av01'],
  audioCodecs: ['mp4a', 'opus', 'ac-3', 'ec-3', 'fLaC'],
};

/** A player without picture: it fetches and plays a title in real time into a simulated buffer. */
export function createPlayer(options: NodePlayerOptions): Player {
  const {
    localAddress,
    logger,
    clock = nodeClock,
    device = EVERY_CODEC,
    telemetry = cmcdTelemetry(),
    ...rest
  } = options;
  return new Player(
    { ...rest, device },
    {
      clock,
      http: nodeHttpClient({ localAddress }),
      random: nodeRandom,
      engine: new HeadlessEngine({ clock, bufferGoalMs: options.bufferGoalMs }),
      telemetry: telemetry || undefined,
      ...(logger && { logger }),
    },
  );
}
