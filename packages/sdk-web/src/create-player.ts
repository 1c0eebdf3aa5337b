import { type DeviceCapabilities, Player, type PlayerOptions, type Telemetry } from '@pressplay/sdk-core';
import { cmcdTelemetry } from '@pressplay/sdk-core/cmcd';
import { storedMemory } from '@pressplay/sdk-core/memory';
import { HlsEngine } from './engine/hls-engine.ts';
import { browserNetwork } from './platform/browser-network.ts';
import { detectDevice } from './platform/detect-device.ts';
import { domClock } from './platform/dom-clock.ts';
import { fetchHttpClient } from './platform/fetch-http-client.ts';
import { localStore } from './platform/local-storage.ts';
import { onPageEnd, pageLastWord } from './platform/page-last-word.ts';

export interface WebPlayerOptions extends Omit<PlayerOptions, 'device'> {
  /** Where the film is shown. The player owns its source until `destroy`. */
  readonly video: HTMLVideoElement;
  /** What the device decodes; detected where absent. */
  readonly device?: DeviceCapabilities;
  /** How plays are reported; CMCD v2 where absent, not at all where false. */
  readonly telemetry?: Telemetry | false;
}

/** A player on a video element of this page. */
export function createPlayer(options: WebPlayerOptions): Player {
  const {
    video,
    device = detectDevice(),
    telemetry = cmcdTelemetry({ lastWord: pageLastWord() }),
    ...others
  } = options;
  return new Player(
    { ...others, device },
    {
      clock: domClock(),
      http: fetchHttpClient(),
      tokenInBody: true,
      random: Math.random,
      engine: new HlsEngine({ video, bufferGoalMs: options.bufferGoalMs }),
      networkMemory: storedMemory(localStore()),
      networkInfo: browserNetwork(),
      telemetry: telemetry || undefined,
      onPageEnd: (callback) => onPageEnd(callback),
    },
  );
}
