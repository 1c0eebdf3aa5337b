import { type Backend, createBackend, type Store } from '@pressplay/mock-backend';
import type { CatalogTitle, FleetFile, FleetStatus } from '@pressplay/protocol/messages';
import type { Clock } from '@pressplay/sdk-core';
import type { Endpoint } from './endpoint.ts';
import type { EventLog } from './event-log.ts';
import type { Network } from './network.ts';
import type { SimulatedOrigin } from './origin.ts';
import { hexFrom, type Prng } from './prng.ts';
import type { FleetKeys } from './secrets.ts';
import { answeredByRegion, type ServeRequest } from './served-answer.ts';
import { hmacSha256Hex } from './sha256.ts';

/** How the control plane of a world is set; what is absent has the backend's own default. */
export interface ControlPlaneSettings {
  readonly tokenLifetimeMs?: number;
  readonly healthDeadlineMs?: number;
  readonly grantRefreshMs?: number;
  readonly manifestRefreshMs?: number;
  readonly copiesNeeded?: number;
  readonly sitesNeeded?: number;
  /** 0: every film beyond two minutes gets an index file. */
  readonly inlineIndexBytes?: number;
}

/** A title is live once four OCAs at two sites hold it. */
const LIVENESS = { copiesNeeded: 4, sitesNeeded: 2 };

export interface SimulatedRegionOptions {
  readonly regionId: string;
  readonly baseUrl: string;
  readonly fleet: FleetFile;
  readonly endpoint: Endpoint;
  readonly store: Store;
  readonly origin: SimulatedOrigin;
  readonly keys: FleetKeys;
  readonly random: Prng;
  readonly originBaseUrls: readonly { readonly regionId: string; readonly baseUrl: string }[];
  readonly settings: ControlPlaneSettings;
}

/** A region of the real control plane, which can die and start again. */
export class SimulatedRegion {
  readonly regionId: string;
  readonly baseUrl: string;
  readonly #options: SimulatedRegionOptions;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #events: EventLog;
  #backend: Backend | undefined;
  /** What this region's wall clock is ahead of the true time: its machines' clock, which outlives the process. */
  #wallSkewMs = 0;

  constructor(clock: Clock, network: Network, events: EventLog, options: SimulatedRegionOptions) {
    this.#clock = clock;
    this.#network = network;
    this.#events = events;
    this.#options = options;
    this.regionId = options.regionId;
    this.baseUrl = options.baseUrl;
  }

  /** Straight to the process, past the network; undefined while it is down. */
  get fetch(): ServeRequest | undefined {
    const backend = this.#backend;
    return backend && ((request, peer) => backend.fetch(request, peer));
  }

  get isUp(): boolean {
    return this.#backend !== undefined;
  }

  start(): void {
    if (this.#backend) throw new Error(`${this.regionId} is running already.`);
    const { fleet, keys, origin, random, store, settings, endpoint } = this.#options;
    const backend = createBackend({
      config: {
        regionId: this.regionId,
        urlKey: keys.urlKey,
        operatorToken: keys.operatorToken,
        ocaTokenFor: keys.ocaTokenFor,
        sites: fleet.sites,
        networks: fleet.networks,
        originBaseUrls: [...this.#options.originBaseUrls],
        trustClientAddress: false,
        corsOrigins: '*',
        ...LIVENESS,
        ...settings,
      },
      store,
      clock: { nowMs: () => this.#clock.nowMs(), wallMs: () => this.#clock.wallMs() + this.#wallSkewMs },
      hmac: hmacSha256Hex,
      accessTokens: { verify: keys.verifyAccessToken },
      randomId: () => hexFrom(random, 32),
      origin: async (request, { fileId }) => origin.answer(request, fileId),
      indexShelf: origin.indexShelf,
      log: (level, message, fields) => {
        if (level === 'warn' || level === 'error')
          this.#events.add(this.regionId, `log-${level}`, { message, ...fields });
      },
    });
    this.#backend = backend;
    this.#network.listen(endpoint, this.baseUrl, answeredByRegion(backend));
  }

  kill(): void {
    this.#backend = undefined;
    this.#network.shut(this.#options.endpoint);
  }

  skewWallClock(skewMs: number): void {
    this.#wallSkewMs = skewMs;
  }

  /** What this region knows about the fleet. */
  async status(): Promise<FleetStatus> {
    return (await (await this.#asOperator('/v1/fleet', { method: 'GET' })).json()) as FleetStatus;
  }

  async publish(title: CatalogTitle): Promise<void> {
    await this.#asOperator(`/v1/titles/${title.titleId}`, { method: 'PUT', body: JSON.stringify(title) });
  }

  /** Over the management network: no link's state keeps an operator out. */
  async #asOperator(path: string, init: RequestInit): Promise<Response> {
    if (!this.#backend) throw new Error(`${this.regionId} is down.`);
    const { operatorToken } = this.#options.keys;
    const headers = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' };
    const request = new Request(`${this.baseUrl}${path}`, { ...init, headers });
    const response = await this.#backend.fetch(request, { clientAddress: '127.0.0.1' });
    if (!response.ok)
      throw new Error(`${this.regionId} answered ${response.status} to ${path}: ${await response.text()}`);
    return response;
  }
}
