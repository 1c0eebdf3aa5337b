import { type DeviceCapabilities, Player, type PlayerOptions } from '@pressplay/sdk-core';
import { HlsEngine } from './engine/hls-engine.ts';
import { detectDevice } from './platform/detect-device.ts';
import { domClock } from './platform/dom-clock.ts';
import { fetchHttpClient } from './platform/fetch-http-client.ts';
import { localStore } from './platform/local-storage.ts';

export interface WebPlayerOptions extends Omit<PlayerOptions, 'device'> {
  /** Where the film is shown. The player owns its source until `destroy`. */
  readonly video: HTMLVideoElement;
  /** What the device decodes; detected where absent. */
  readonly device?: DeviceCapabilities;
}

/** A player on a video element of this page. */
export function createPlayer(options: WebPlayerOptions): Player {
  const { video, device = detectDevice(), ...others } = options;
  return new Player(
    { ...others, device },
    {
      clock: domClock(),
      http: fetchHttpClient(),
      random: Math.random,
      engine: new HlsEngine({ video, bufferGoalMs: options.bufferGoalMs }),
      storage: localStore(),
    },
  );
}
