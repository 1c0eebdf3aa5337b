import { createOca, MemoryDiskStore, type Oca, type RequestLogLine } from '@pressplay/mock-oca';
import type { Fault, FleetFile, OcaControlStatus } from '@pressplay/protocol/messages';
import type { Clock, RegionEndpoint } from '@pressplay/sdk-core';
import type { Endpoint } from './endpoint.ts';
import type { EventLog } from './event-log.ts';
import type { Network } from './network.ts';
import type { FleetKeys } from './secrets.ts';
import { answeredByOca, type ServeRequest } from './served-answer.ts';
import { hmacSha256Hex, sha256Hasher } from './sha256.ts';
import { ShelfDiskStore, type ShelvedFile } from './shelf-disk-store.ts';
import { SimulatedProcess } from './simulated-process.ts';

export type OcaSpec = FleetFile['sites'][number]['ocas'][number];

/** What is absent has the OCA's own default. */
export interface OcaSettings {
  /** Each response is sent no faster than this. */
  readonly paceBps?: number;
  readonly reportIntervalMs?: number;
  readonly fillIntervalMs?: number;
  /** It answers 503 to whoever comes beyond. */
  readonly maxConnections?: number;
}

export interface SimulatedOcaOptions {
  readonly spec: OcaSpec;
  readonly site: FleetFile['sites'][number];
  readonly regions: readonly RegionEndpoint[];
  readonly keys: FleetKeys;
  readonly endpoint: Endpoint;
  readonly settings: OcaSettings;
  readonly files: readonly ShelvedFile[];
}

interface Life {
  readonly oca: Oca;
  readonly process: SimulatedProcess;
}

/** A machine with the real appliance on it, which can die and start again. */
export class SimulatedOca {
  readonly ocaId: string;
  readonly baseUrl: string;
  readonly requestLog: RequestLogLine[] = [];
  readonly #options: SimulatedOcaOptions;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #events: EventLog;
  #disks: ShelfDiskStore;
  #life: Life | undefined;
  #wallSkewMs = 0;

  constructor(clock: Clock, network: Network, events: EventLog, options: SimulatedOcaOptions) {
    this.#clock = clock;
    this.#network = network;
    this.#events = events;
    this.#options = options;
    this.ocaId = options.spec.ocaId;
    this.baseUrl = `http://${options.spec.host}:${options.spec.port}`;
    this.#disks = new ShelfDiskStore(new MemoryDiskStore(), options.files);
  }

  /** Straight to the process, past the network; undefined while it is down. */
  get fetch(): ServeRequest | undefined {
    const oca = this.#life?.oca;
    return oca && ((request, peer) => oca.fetch(request, peer));
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  /** The complete and verified files on its disks. */
  fileIds(): string[] {
    return this.#disks.list().map((file) => file.fileId);
  }

  start(disks: 'kept' | 'empty' = 'kept'): void {
    if (this.#life) throw new Error(`${this.ocaId} is running already.`);
    if (disks === 'empty') this.#disks = new ShelfDiskStore(new MemoryDiskStore(), []);
    const { spec, site, keys, endpoint, regions, settings } = this.#options;
    const process = new SimulatedProcess(this.#clock, this.#network, endpoint);
    process.skewWallClock(this.#wallSkewMs);
    const oca = createOca({
      config: {
        ocaId: this.ocaId,
        siteId: site.siteId,
        baseUrl: this.baseUrl,
        capacityBps: spec.capacityBps,
        urlKey: keys.urlKey,
        ocaToken: keys.ocaTokenFor(this.ocaId),
        controlToken: keys.controlToken,
        regions: [...regions],
        routes: site.routes,
        ...settings,
      },
      disks: this.#disks,
      http: process.fetch,
      textHttp: process.textHttp,
      clock: process.clock,
      hmac: hmacSha256Hex,
      sha256: sha256Hasher,
      log: (level, message, fields) => {
        if (level === 'warn' || level === 'error') this.#events.add(this.ocaId, `log-${level}`, { message, ...fields });
      },
      requestLog: (line) => void this.requestLog.push(line),
    });
    this.#life = { oca, process };
    this.#network.listen(endpoint, this.baseUrl, answeredByOca(oca));
    oca.start();
  }

  /** As SIGKILL: nothing is said, nothing is written. */
  kill(): void {
    this.#life?.process.end();
    this.#life = undefined;
    this.#network.shut(this.#options.endpoint);
  }

  /** Takes nothing new from now on and says so to the regions; a restart ends it. */
  drain(): Promise<void> | undefined {
    return this.#life?.oca.drain();
  }

  skewWallClock(skewMs: number): void {
    this.#wallSkewMs = skewMs;
    this.#life?.process.skewWallClock(skewMs);
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#control('/control/faults', { method: 'PUT', body: JSON.stringify({ faults }) });
  }

  async status(): Promise<OcaControlStatus> {
    return (await this.#control('/control/status', { method: 'GET' })).json() as Promise<OcaControlStatus>;
  }

  /** Over the management network: no link's state keeps an operator out. */
  async #control(path: string, init: RequestInit): Promise<Response> {
    if (!this.#life) throw new Error(`${this.ocaId} is down: it has no control routes.`);
    const headers = { authorization: `Bearer ${this.#options.keys.controlToken}`, 'content-type': 'application/json' };
    const request = new Request(`${this.baseUrl}${path}`, { ...init, headers });
    const response = await this.#life.oca.fetch(request, { clientAddress: '127.0.0.1' });
    if (!response.ok) throw new Error(`${this.ocaId} answered ${response.status} to ${path}: ${await response.text()}`);
    return response;
  }
}
