import {
  type HttpClient,
  Player,
  type PlayerEvents,
  type PlayerOptions,
  type RegionEndpoint,
  type Telemetry,
} from '@pressplay/sdk-core';
import { HeadlessEngine } from '@pressplay/sdk-core/headless';
import type { VirtualClock } from '@pressplay/sdk-core/testing';
import type { Link } from './endpoint.ts';
import type { EventLog } from './event-log.ts';
import { VIEWER_LINK } from './links.ts';
import type { Network } from './network.ts';
import { httpClientOver } from './network-clients.ts';
import { prngFor } from './prng.ts';
import { WitnessEngine, type WitnessedRange } from './witness-engine.ts';

export interface SimulatedPlayerOptions extends Partial<PlayerOptions> {
  /** Where the viewer is; default a customer of Fjord Broadband. */
  readonly clientAddress?: string;
  readonly accountId?: string;
  /** Of the backend's plans; one without limits where absent. */
  readonly planId?: string;
  /** The viewer's line. Takes effect on everybody at this address. */
  readonly link?: Partial<Link>;
  /** Wraps the SDK's HTTP client, to spoil or to watch requests. */
  readonly wrapHttp?: (next: HttpClient) => HttpClient;
  /** None where absent: reports are traffic of their own. */
  readonly telemetry?: Telemetry | undefined;
}

const DEFAULT_CLIENT_ADDRESS = '198.51.100.7';

/** Typed so that a new event of the player must be added here. */
const EVENT_NAMES: Readonly<Record<keyof PlayerEvents, true>> = {
  state: true,
  'play-granted': true,
  'region-failover': true,
  probe: true,
  'server-changed': true,
  'hand-over': true,
  'rendition-selected': true,
  'rendition-shown': true,
  'segment-delivered': true,
  rebuffer: true,
  error: true,
  'play-ended': true,
};

export interface PlayerFactoryPorts {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly events: EventLog;
  readonly regions: readonly RegionEndpoint[];
  readonly accessTokenFor: (accountId: string, planId?: string) => string;
  readonly fileOf: (fileId: string) => Uint8Array | undefined;
}

/** Players with the real SDK and the headless engine, watched by the world. */
export class SimulatedPlayers {
  readonly #ports: PlayerFactoryPorts;
  readonly #names = new WeakMap<Player, string>();
  readonly #witnesses = new WeakMap<Player, WitnessEngine>();
  readonly #engines = new WeakMap<Player, HeadlessEngine>();
  #count = 0;

  constructor(ports: PlayerFactoryPorts) {
    this.#ports = ports;
  }

  httpFor(clientAddress: string): HttpClient {
    const { network } = this.#ports;
    return httpClientOver(
      network,
      network.endpoint(clientAddress) ?? network.join(clientAddress, clientAddress, VIEWER_LINK),
    );
  }

  create(options: SimulatedPlayerOptions = {}): Player {
    const {
      clientAddress = DEFAULT_CLIENT_ADDRESS,
      accountId = 'viewer-1',
      planId,
      link,
      wrapHttp,
      telemetry,
      ...playerOptions
    } = options;
    const { clock, seed, network } = this.#ports;
    const name = `player-${++this.#count}`;
    const http = this.httpFor(clientAddress);
    if (link) network.setLink(clientAddress, link);
    const { bufferGoalMs } = playerOptions;
    const inner = new HeadlessEngine({ clock, ...(bufferGoalMs === undefined ? {} : { bufferGoalMs }) });
    const engine = new WitnessEngine(inner, clock, this.#ports.fileOf);
    const defaults: PlayerOptions = {
      regions: this.#ports.regions,
      accessToken: this.#ports.accessTokenFor(accountId, planId),
      device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
    };
    const ports = { clock, http: wrapHttp ? wrapHttp(http) : http, random: prngFor(seed, name), engine, telemetry };
    const player = new Player({ ...defaults, ...playerOptions }, ports);
    this.#witnesses.set(player, engine);
    this.#engines.set(player, inner);
    this.#names.set(player, name);
    for (const event of Object.keys(EVENT_NAMES) as (keyof PlayerEvents)[]) {
      player.on(event, (payload) => this.#ports.events.add(name, event, payload));
    }
    return player;
  }

  nameOf(player: Player): string {
    return this.#names.get(player) ?? 'a stranger';
  }

  setPlaybackRate(player: Player, rate: number): void {
    this.#engines.get(player)?.setPlaybackRate(rate);
  }

  witnessed(player: Player): readonly WitnessedRange[] {
    return this.#witnesses.get(player)?.ranges ?? [];
  }
}
