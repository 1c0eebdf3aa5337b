import { HeadlessEngine } from '../headless/headless-engine.ts';
import { storedMemory } from '../memory/index.ts';
import { Player } from '../player.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { PlayerOptions } from '../player-options.ts';
import type { PlayerPorts } from '../ports/player-ports.ts';
import type { Storage } from '../ports/storage.ts';
import { SampleNetwork } from './sample-network.ts';
import { type SampleShape, samplePlayResponse } from './sample-play.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

const regions = ['near', 'far'].map((regionId) => ({ regionId, baseUrl: `http://${regionId}.test` }));

const RECORDED = [
  'state',
  'error',
  'play-granted',
  'region-failover',
  'rebuffer',
  'rendition-selected',
  'rendition-shown',
  'hand-over',
  'segment-delivered',
] as const;

export interface PlayerStage {
  readonly clock: VirtualClock;
  readonly network: SampleNetwork;
  readonly player: Player;
  readonly engine: HeadlessEngine;
  readonly log: { readonly [K in keyof PlayerEvents]?: PlayerEvents[K][] };
}

type StagePorts = Pick<PlayerPorts, 'telemetry' | 'networkInfo' | 'logger' | 'onPageEnd'> & {
  readonly storage?: Storage;
};

/** A player over a sample network in virtual time, and everything it tells. */
export function playerStage(
  options: Partial<PlayerOptions> = {},
  shape: SampleShape = {},
  { storage, ...ports }: StagePorts = {},
): PlayerStage {
  const clock = new VirtualClock();
  const network = new SampleNetwork(clock, samplePlayResponse(shape));
  const engine = new HeadlessEngine({ clock });
  const networkMemory = storage && storedMemory(storage);
  const player = new Player(
    { regions, accessToken: 'account-token', device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] }, ...options },
    { clock, http: network.http, random: seededRandom(1), engine, networkMemory, ...ports },
  );
  const log: PlayerStage['log'] = {};
  const record = <K extends keyof PlayerEvents>(name: K): void => {
    const seen: PlayerEvents[K][] = [];
    Object.assign(log, { [name]: seen });
    player.on(name, (payload) => void seen.push(payload));
  };
  for (const name of RECORDED) record(name);
  return { clock, network, player, engine, log };
}
