import { maskMediaToken } from '@pressplay/protocol/wire';
import { type Promised, PromisedTraffic } from '../admission/promised-traffic.ts';
import { RecentPlays } from '../admission/recent-plays.ts';
import type { OcaDeps } from '../deps.ts';
import { isDiskError } from '../disks/disk-store.ts';
import { FaultSwitch } from '../faults/fault-switch.ts';
import type { OcaConfig } from '../oca-config.ts';
import type { BesideOthers } from './beside-others.ts';
import { Exchange } from './exchange.ts';
import { cmsdDynamic, gaugeLoad, type Load, NO_LOAD, placeOf } from './load-gauge.ts';
import { MediaCounts } from './media-counts.ts';
import { planResponse, type RequestHead, type ServingState } from './plan-response.ts';
import { rememberedHmac } from './remembered-hmac.ts';
import { rememberedTokens, type VerifyToken } from './remembered-tokens.ts';
import type { RequestLogLine } from './request-log.ts';
import type { ServePlan } from './serve-plan.ts';
import { TrafficMeter } from './traffic-meter.ts';

export type MediaDeps = Pick<OcaDeps, 'clock' | 'disks' | 'hmac' | 'log' | 'requestLog'> & {
  /** Where several threads serve one appliance. */
  readonly beside?: BesideOthers;
};

export interface OutsideCount {
  readonly connections: number;
  readonly bytes: number;
  readonly processorShare?: number;
}

/** The media side of an OCA, without a socket: plans requests, counts what runs, writes the request log. */
export class MediaService {
  readonly faults = new FaultSwitch();
  readonly counts: MediaCounts;
  readonly #config: OcaConfig;
  readonly #deps: MediaDeps;
  readonly #meter = new TrafficMeter();
  readonly #running = new Set<Exchange>();
  readonly #onDiskError: () => void;
  readonly #verifyToken: VerifyToken;
  readonly #runId: string;
  readonly #promised: PromisedTraffic;
  readonly #recentPlays = new RecentPlays();
  #requests = 0;
  #load: Load = NO_LOAD;
  #shed = false;
  #strainShare = 0;
  #outside = { connections: 0, bytes: 0, processorShare: 0 };
  readonly #listeners = new Set<() => void>();

  constructor(config: OcaConfig, deps: MediaDeps, onDiskError: () => void) {
    this.#config = config;
    this.#deps = deps;
    this.#verifyToken = rememberedTokens(rememberedHmac(deps.hmac));
    this.#onDiskError = onDiskError;
    const { beside } = deps;
    this.counts = new MediaCounts(beside?.counts);
    this.#promised = new PromisedTraffic(config.capacityBps, beside?.lines);
    this.#runId = `${Math.floor(deps.clock.wallMs()).toString(36)}${beside?.name ?? ''}`;
  }

  get connections(): number {
    return this.#running.size + (this.#deps.beside?.connections() ?? this.#outside.connections);
  }

  /** The worst of disks, processor and memory, as the health loop last found it: 1 is all they have. */
  get strainShare(): number {
    return this.#deps.beside?.strainShare() ?? this.#strainShare;
  }

  set strainShare(share: number) {
    this.#strainShare = share;
  }

  /** Of the cores that another process may use for this one. */
  get outsideProcessorShare(): number {
    return this.#outside.processorShare;
  }

  /** Of these, what this process answers itself. */
  get ownConnections(): number {
    return this.#running.size;
  }

  get servedBytes(): number {
    return this.#meter.totalBytes;
  }

  get ownBytes(): number {
    return this.#meter.totalBytes - this.#outside.bytes;
  }

  /** Takes no new requests: set by the health loop and by draining. */
  get shed(): boolean {
    return this.#deps.beside?.shed() ?? this.#shed;
  }

  set shed(shed: boolean) {
    if (shed === this.#shed) return;
    this.#shed = shed;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Called when faults are switched and when requests are shed or taken again. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
    this.faults.onChange(listener);
  }

  /** What another process serves in this one's name: responses that run now, and bytes since the last time. */
  countOutside({ connections, bytes, processorShare = 0 }: OutsideCount): void {
    this.#outside = { connections, bytes: this.#outside.bytes + bytes, processorShare };
    if (bytes > 0) this.#meter.add(bytes, this.#deps.clock.nowMs());
  }

  /** What players are told of the load with each answer: those who stay, those who are to leave, and how many those are. */
  said(): { readonly staying: string; readonly leaving: string; readonly leavingShare: number } {
    const { ocaId } = this.#config;
    const load = this.#gauge();
    return {
      staying: cmsdDynamic(ocaId, load, false),
      leaving: cmsdDynamic(ocaId, load, true),
      leavingShare: load.leavingShare,
    };
  }

  trafficBps(): number {
    return this.#deps.beside?.trafficBps() ?? this.#meter.bps(this.#deps.clock.nowMs());
  }

  /** Another thread has begun to serve this play. */
  playsElsewhere(playId: string): void {
    this.#recentPlays.note(playId, this.#deps.clock.nowMs());
  }

  /** Decides about a request and starts its answer. `chunkBytes` is the most that one chunk may hold. */
  open(head: RequestHead, chunkBytes: number): Exchange {
    const { clock, disks } = this.#deps;
    const plan = planResponse(head, this.#state(), clock.wallMs());
    this.#requests += 1;
    const log = plan.reason === 'preflight' ? undefined : this.#deps.requestLog;
    const about = log && this.#about(head, plan);
    if (about) log({ phase: 'start', ...about, atMs: clock.wallMs() });
    const promise = this.#promise(plan);
    this.counts.answered(plan.status, plan.work, plan.reason);
    const openedAtMs = clock.nowMs();
    let firstByteAfterMs: number | undefined;
    const exchange: Exchange = new Exchange({
      head,
      plan,
      clock,
      disks,
      faults: this.faults,
      chunkBytes,
      onDiskError: (error) => this.diskFailed(head.target, error),
      onSent: (bytes) => {
        const nowMs = clock.nowMs();
        this.#meter.add(bytes, nowMs);
        this.#deps.beside?.sent(bytes);
        promise?.sent(bytes, nowMs);
        if (firstByteAfterMs !== undefined) return;
        firstByteAfterMs = nowMs - openedAtMs;
        this.counts.firstByte(firstByteAfterMs);
      },
      onEnd: (end) => {
        promise?.end(clock.nowMs());
        this.#running.delete(exchange);
        this.#deps.beside?.runs(this.#running.size);
        if (!about) return;
        const firstByte =
          firstByteAfterMs === undefined ? {} : { firstByteAfterMs: Number(firstByteAfterMs.toFixed(2)) };
        log({ phase: 'end', ...about, ...end, ...firstByte, atMs: clock.wallMs() });
      },
    });
    if (plan.body.kind === 'file') this.#running.add(exchange);
    this.#deps.beside?.runs(this.#running.size);
    return exchange;
  }

  /** Counts a response that was taken on, before its first byte goes. */
  #promise({ body, work, claims }: ServePlan): Promised | undefined {
    if (body.kind !== 'file') return undefined;
    const nowMs = this.#deps.clock.nowMs();
    // A play that only looks around is not served here.
    if (work !== 'prefetch' && work !== 'fill' && claims && this.#recentPlays.note(claims.playId, nowMs))
      this.#deps.beside?.plays(claims.playId);
    return this.#promised.promise(body.endByte - body.startByte, work === 'fill' ? 'fill' : 'viewing', nowMs);
  }

  /** Breaks every running answer. */
  cutAll(): void {
    for (const exchange of [...this.#running]) exchange.cut('stopped', 'The OCA stops.');
  }

  #gauge(): Load {
    const { capacityBps, maxConnections, paceBps } = this.#config;
    const { connections, strainShare } = this;
    const nowMs = this.#deps.clock.nowMs();
    const trafficBps = this.trafficBps();
    const sample = { trafficBps, capacityBps, connections, maxConnections, strainShare, paceBps };
    this.#load = gaugeLoad(this.#load, sample, nowMs);
    return this.#load;
  }

  #state(): ServingState {
    const { clock, disks } = this.#deps;
    const { urlKey, acceptedUrlKeys, paceBps, maxConnections } = this.#config;
    return {
      urlKey,
      acceptedUrlKeys,
      verifyToken: this.#verifyToken,
      fileOf: (fileId) => disks.get(fileId),
      faults: this.faults.current,
      admission: {
        connections: this.connections,
        maxConnections,
        shed: this.shed,
        strainShare: this.strainShare,
        aheadMs: (kind) => this.#promised.aheadMs(kind, clock.nowMs()),
        isRunning: (playId) => this.#recentPlays.has(playId, clock.nowMs()),
      },
      paceBps,
      cmsdDynamic: (playId, forcedDuress) => {
        const load = this.#gauge();
        const leaves = load.leavingShare > 0 && placeOf(playId) < load.leavingShare;
        return cmsdDynamic(this.#config.ocaId, load, forcedDuress || leaves);
      },
    };
  }

  #about(head: RequestHead, plan: ServePlan): Omit<RequestLogLine, 'phase' | 'atMs'> {
    const { body } = plan;
    return {
      requestId: `${this.#runId}-${this.#requests}`,
      ocaId: this.#config.ocaId,
      method: head.method.slice(0, 20),
      clientAddress: head.clientAddress,
      playId: plan.claims?.playId,
      fileId: plan.fileId,
      range: body.kind === 'file' ? [body.startByte, body.endByte] : undefined,
      status: plan.status,
      reason: plan.reason,
    };
  }

  /** A disk failed while a request was answered, by whomever. */
  diskFailed(target: string, error: unknown): void {
    if (this.#deps.beside) {
      this.#deps.beside.diskFailed(target, error);
      return;
    }
    // A file removed meanwhile says nothing about the disk.
    if (!isDiskError(error) || error.kind !== 'missing') this.#onDiskError();
    this.#deps.log('error', 'a file could not be read', { target: maskMediaToken(target), error: String(error) });
  }
}
