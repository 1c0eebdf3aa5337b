import type { Clock } from '@pressplay/sdk-core';
import { Endpoint, type Link } from './endpoint.ts';
import { Exchange, type ExchangeHost, type ExchangeRecord, LinkFailure } from './exchange.ts';
import { shareFairly } from './fair-share.ts';
import { originOf } from './origin-of.ts';
import type { AnswerRequest, WireRequest } from './served-answer.ts';
import type { Transfer } from './transfer.ts';

export interface LinkChange {
  readonly atMs: number;
  readonly name: string;
  readonly link: Link;
}

const SOON = Promise.resolve();

/**
 * Machines and the wires between them, in the time of one clock. Connection set-up costs one round trip per new
 * connection; connections are kept alive; transfers share their two links fairly (max-min) and feel changes at once.
 * Not modelled: packet loss, slow start, name resolution, TLS.
 */
export class Network {
  readonly #host: ExchangeHost;
  readonly #origins = new Map<string, Endpoint>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #running = new Set<Exchange>();
  readonly #transfers = new Set<Transfer>();
  readonly #records: ExchangeRecord[] = [];
  readonly #linkChanges: LinkChange[] = [];
  #isSharingDue = false;

  constructor(clock: Clock) {
    this.#host = {
      clock,
      onDemandChanged: () => this.#shareSoon(),
      onTransfer: (transfer) => void this.#transfers.add(transfer),
      onEnd: (exchange) => this.#ended(exchange),
    };
  }

  /** A machine that others know by name. */
  join(name: string, address: string, link: Link): Endpoint {
    if (this.#endpoints.has(name)) throw new Error(`The network has an endpoint "${name}" already.`);
    const endpoint = new Endpoint(name, address, link);
    this.#endpoints.set(name, endpoint);
    this.#noteLink(endpoint);
    return endpoint;
  }

  endpoint(name: string): Endpoint | undefined {
    return this.#endpoints.get(name);
  }

  /** From now on requests to `origin` reach this process on that machine. */
  listen(endpoint: Endpoint, origin: string, serve: AnswerRequest): void {
    endpoint.serve = serve;
    this.#origins.set(origin, endpoint);
  }

  /** The process ends: all its connections are reset, new ones refused. */
  shut(endpoint: Endpoint): void {
    endpoint.serve = undefined;
    this.#breakAll(endpoint, 'connection reset: the process ended');
  }

  /** Takes effect on running transfers at once. */
  setLink(name: string, link: Partial<Link>): void {
    const endpoint = this.#known(name);
    endpoint.change(link);
    this.#noteLink(endpoint);
    if (link.state === 'reset') this.#breakAll(endpoint, 'connection reset');
    this.#shareSoon();
  }

  /** These machines share one line to the rest of the network, from their next transfers on. */
  shareBottleneck(names: readonly string[], rateBps: number): void {
    const line = { rateBps };
    for (const name of names) this.#known(name).bottlenecks.push(line);
  }

  /** Throws `LinkFailure` where no machine has this origin. */
  request(client: Endpoint, request: WireRequest): Exchange {
    const origin = originOf(request.url);
    const server = this.#origins.get(origin);
    if (!server) throw new LinkFailure(`no machine at ${origin}`);
    const exchange = new Exchange(this.#host, client, server, request);
    this.#running.add(exchange);
    return exchange;
  }

  /** What is on the wire now. */
  running(): ExchangeRecord[] {
    return [...this.#running].map((exchange) => ({ ...exchange.record }));
  }

  /** Everything that ended, in order. */
  records(): readonly ExchangeRecord[] {
    return this.#records;
  }

  /** How every machine's link was, from when on, in order. */
  linkChanges(): readonly LinkChange[] {
    return this.#linkChanges;
  }

  #noteLink({ name, link }: Endpoint): void {
    this.#linkChanges.push({ atMs: this.#host.clock.nowMs(), name, link });
  }

  #known(name: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (endpoint) return endpoint;
    throw new Error(`The network has no endpoint "${name}". It has: ${[...this.#endpoints.keys()].join(', ')}`);
  }

  #ended(exchange: Exchange): void {
    this.#running.delete(exchange);
    this.#records.push(exchange.record);
  }

  #breakAll(endpoint: Endpoint, why: string): void {
    for (const exchange of [...this.#running]) {
      if (exchange.server === endpoint || exchange.client === endpoint) exchange.break(why);
    }
    endpoint.idleConnections.clear();
    for (const [origin, server] of this.#origins) {
      if (server !== endpoint) continue;
      for (const client of this.#endpoints.values()) client.idleConnections.delete(origin);
    }
  }

  /** Once per instant, however many transfers began or ended in it. */
  #shareSoon(): void {
    if (this.#isSharingDue) return;
    this.#isSharingDue = true;
    // `queueMicrotask` would do, at several times the price.
    void SOON.then(() => {
      this.#isSharingDue = false;
      this.#share();
    });
  }

  #share(): void {
    const senders: Transfer[] = [];
    for (const transfer of this.#transfers) {
      if (transfer.isOver) this.#transfers.delete(transfer);
      else if (transfer.wantsToSend) senders.push(transfer);
    }
    const rates = shareFairly(senders.map((transfer) => transfer.links));
    senders.forEach((transfer, i) => {
      transfer.setRate(rates[i] ?? 0);
    });
  }
}
