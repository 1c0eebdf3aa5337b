import type { PlayRenewal, PlayResponse } from '@pressplay/protocol/messages';
import type { RenditionChoice } from '../abr/abr-context.ts';
import type { Limit } from '../abr/limits.ts';
import { isPlayerError } from '../errors/player-error.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { PlayerOptions } from '../player-options.ts';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { Logger } from '../ports/logger.ts';
import type {
  DownloadProgress,
  EngineEvent,
  EngineHost,
  MediaEngine,
  RangeRequest,
  ReplacementChoice,
  ReplacementRequest,
  SelectVideoRequest,
} from '../ports/media-engine.ts';
import type { NetworkInfo } from '../ports/network-info.ts';
import type { NetworkMemory, OpenNetworkMemory } from '../ports/network-memory.ts';
import type { Random } from '../ports/random.ts';
import { awaitGrant } from './await-grant.ts';
import { bringRest } from './bring-rest.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryGrant, DeliveryListener, RenewReason } from './delivery-listener.ts';
import { GrantRefresh } from './grant-refresh.ts';
import { firstGrant, nextTime, withoutServers } from './grants.ts';
import { PlayAbr } from './play-abr.ts';
import { type LimitOptions, PlayLimits } from './play-limits.ts';
import type { GrantedPlay } from './playback-client.ts';
import { ProbeStart } from './probe-start.ts';

/** A range is wanted at once where nothing is buffered; this is the time that "at once" may take. */
const START_ALLOWANCE_MS = 1000;
/** How long a range waits for a fresh token beyond the end of the buffer. */
const TOKEN_PATIENCE_MS = 60_000;

export type EmitPlayerEvent = <K extends keyof PlayerEvents>(name: K, payload: PlayerEvents[K]) => void;

export interface RunningPlayDeps {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly engine: MediaEngine;
  readonly logger?: Logger;
  readonly networkMemory?: OpenNetworkMemory | undefined;
  readonly networkInfo?: NetworkInfo;
  readonly options: LimitOptions & Pick<PlayerOptions, 'abr' | 'bufferGoalMs'>;
  readonly renewPlay: (playId: string, signal: CancelSignal, elsewhere: boolean) => Promise<PlayRenewal>;
  readonly endPlay: (playId: string, token: string) => void;
  readonly onPageEnd?: (callback: () => void) => () => void;
  readonly emit: EmitPlayerEvent;
  readonly onEngineEvent: (event: EngineEvent) => void;
}

/** One granted play: joins engine, delivery and ABR until it is closed. */
export class RunningPlay implements EngineHost {
  readonly presentation: Presentation;
  readonly response: PlayResponse;
  readonly delivery: Delivery;
  readonly probing: ProbeStart;
  readonly #deps: RunningPlayDeps;
  #grant: DeliveryGrant;
  /** Its token is half as old as it may become. */
  #halfLifeAtMs: number;
  readonly #abr: PlayAbr;
  readonly #limits: PlayLimits;
  readonly #memory: NetworkMemory | undefined;
  #shown: RenditionView | undefined;
  readonly #closing = new CancelController();
  readonly #refresh: GrantRefresh;
  readonly #forgetPage: (() => void) | undefined;
  #renewing: Promise<DeliveryGrant | undefined> | undefined;
  #nextGrant = nextTime();
  /** Their bytes did not decode. */
  readonly #avoided = new Set<string>();

  constructor(granted: GrantedPlay, deps: RunningPlayDeps) {
    this.presentation = granted.presentation;
    this.response = granted.response;
    this.#deps = deps;
    this.#grant = firstGrant(granted.response, deps.clock.nowMs());
    this.#halfLifeAtMs = deps.clock.nowMs() + granted.response.expiresInMs / 2;
    this.delivery = new Delivery(deps, this.#listener(), deps.engine.abilities);
    this.probing = new ProbeStart(deps.clock, () => this.delivery.startProbing());
    this.delivery.use(this.#grant);
    this.#limits = new PlayLimits({
      ...deps,
      presentation: this.presentation,
      shown: () => this.#shown,
      serverBps: () => this.delivery.maxVideoBps(),
    });
    this.#memory = deps.networkMemory?.(deps);
    this.#abr = this.#playAbr();
    const isPlaying = (): boolean => {
      const { paused, ended } = deps.engine.snapshot();
      return !paused && !ended;
    };
    this.#refresh = new GrantRefresh({ ...deps, isPlaying, refresh: () => void this.#refreshGrant() });
    this.#refresh.granted(granted.response.refreshInMs);
    this.#forgetPage = deps.onPageEnd?.(() => this.#end());
    bringRest(granted, this);
  }

  get selected(): RenditionChoice<string> | undefined {
    return this.#abr.selected;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get shown(): RenditionView | undefined {
    return this.#shown;
  }

  /** The upper bounds on renditions, and where they come from. */
  get limits(): readonly Limit[] {
    return this.#limits.now().limits;
  }

  selectVideo(request: SelectVideoRequest): RenditionView {
    const from = this.selected;
    return this.#tellSelected(from, this.#abr.select(request), request.segmentNumber);
  }

  judgeDownload(progress: DownloadProgress): RenditionView | undefined {
    const from = this.selected;
    const instead = this.#abr.judge(progress);
    return instead && this.#tellSelected(from, instead, progress.segmentNumber);
  }

  selectReplacement(request: ReplacementRequest): ReplacementChoice | undefined {
    return this.#abr.replacement(request);
  }

  /** A range whose token nobody honours any more goes on where it is, once a region gave a fresh one. */
  async fetchRange(request: RangeRequest): Promise<void> {
    const { clock, engine } = this.#deps;
    // At double speed a buffer lasts half as long. Who watches slower may go faster again.
    const bufferMs = (): number => {
      const { bufferAheadMs, rate = 1 } = engine.snapshot();
      return Math.max(START_ALLOWANCE_MS, bufferAheadMs / Math.max(1, rate));
    };
    const patienceEndMs = clock.nowMs() + bufferMs() + TOKEN_PATIENCE_MS;
    let startByte = request.startByte;
    const onBytes = (chunk: Uint8Array): void => {
      this.probing.mediaCame();
      startByte += chunk.length;
      request.onBytes(chunk);
    };
    for (;;) {
      const grant = this.#grant;
      try {
        return await this.delivery.fetchRange({ ...request, startByte, onBytes, neededInMs: bufferMs() });
      } catch (error) {
        if (!isPlayerError(error) || error.code !== 'delivery/token-expired') throw error;
        const signal = request.signal ?? this.#closing.signal;
        const isOld = (): boolean => this.#grant === grant;
        const ask = (): void => void this.#renew('token-expired');
        await awaitGrant(clock, patienceEndMs, signal, { isOld, ask, came: () => this.#nextGrant.came });
        if (isOld()) throw error;
      }
    }
  }

  notify(event: EngineEvent): void {
    if (this.closed) return;
    if (event.type === 'playing') this.#refresh.resumed();
    if (event.type === 'rendition-shown') {
      this.#shown = event.rendition;
      this.#emit('rendition-shown', { rendition: event.rendition });
    }
    if (event.type === 'appended') this.#memory?.noteSometimes(...this.#seenRate());
    if (event.type === 'ended') this.#memory?.note(...this.#seenRate());
    if (event.type === 'discarded') this.delivery.noteReplaced(event.bytes);
    this.#deps.onEngineEvent(event);
  }

  /** Takes the server of the last bytes, or of a file's, off the list, where another one is left: they are of no use. */
  avoidLastServer(ofFile?: string): void {
    const delivered = this.delivery
      .ledger()
      .entries.filter((entry) => entry.deliveredTo > entry.requestedFrom && (ofFile ?? entry.fileId) === entry.fileId);
    const ocaId = delivered.at(-1)?.ocaId ?? this.delivery.currentOcaId();
    this.#deps.logger?.log('warn', 'media did not decode; asking another server', { ocaId });
    if (ocaId !== undefined) this.#avoided.add(ocaId);
    this.#grant = withoutServers(this.#grant, this.#avoided);
    this.delivery.use(this.#grant);
  }

  /** Lets go of transfers. What was delivered can still be asked for. */
  close(): void {
    if (!this.closed) {
      this.#memory?.note(...this.#seenRate());
      this.#end();
    }
    this.#forgetPage?.();
    this.#closing.cancel();
    this.probing.close();
    this.#refresh.close();
    this.delivery.close();
    this.#nextGrant.tell();
  }

  /** Gives the account its stream back. */
  #end(): void {
    this.#deps.endPlay(this.response.playId, this.#grant.token);
  }

  #playAbr(): PlayAbr {
    const { delivery, presentation } = this;
    const { engine, options } = this.#deps;
    return new PlayAbr({
      ...this.#deps,
      abr: options.abr,
      bufferGoalMs: options.bufferGoalMs,
      presentation,
      expectation: () => delivery.expectation(),
      limits: () => this.#limits.now(),
      memory: this.#memory,
      server: () => ({ ocaId: delivery.currentOcaId(), hasOthers: this.#grant.servers.length > 1 }),
      rate: () => engine.snapshot().rate ?? 1,
    });
  }

  #seenRate(): [rateBps: number | undefined, deliveredBytes: number] {
    const { throughputBps } = this.delivery.expectation();
    return [throughputBps, this.delivery.accounts().bytes.deliveredBytes];
  }

  #tellSelected(
    from: RenditionChoice<string> | undefined,
    to: RenditionChoice<string>,
    segmentNumber: number,
  ): RenditionView {
    if (from?.rendition.renditionId !== to.rendition.renditionId) {
      this.#emit('rendition-selected', {
        ...(from && { from: from.rendition.renditionId }),
        to: to.rendition.renditionId,
        reason: to.reason,
        segmentNumber,
      });
    }
    return to.rendition;
  }

  #listener(): DeliveryListener {
    return {
      onProbe: (event) => this.#emit('probe', event),
      onServerChanged: (event) => this.#emit('server-changed', event),
      onHandOver: (event) => this.#emit('hand-over', event),
      onSegmentDelivered: (event) => this.#emit('segment-delivered', event),
      renewGrant: (reason) => this.#renew(reason),
    };
  }

  /** Dead regions end no play: without a renewal, delivery goes on with the grant it has. One at a time. */
  #renew(reason: RenewReason | 'refresh'): Promise<DeliveryGrant | undefined> {
    this.#renewing ??= this.#askForGrant(reason).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #askForGrant(reason: RenewReason | 'refresh'): Promise<DeliveryGrant | undefined> {
    try {
      // A young token that is called expired comes of a clock that is wrong: perhaps of that region's.
      const isYoung = reason === 'token-expired' && this.#deps.clock.nowMs() < this.#halfLifeAtMs;
      const renewal = await this.#deps.renewPlay(this.response.playId, this.#closing.signal, isYoung);
      if (this.closed) return undefined;
      const { token, expiresInMs, servers, fileServers, refreshInMs } = renewal;
      const expiresAtMs = this.#deps.clock.nowMs() + expiresInMs;
      this.#halfLifeAtMs = expiresAtMs - expiresInMs / 2;
      this.#grant = withoutServers({ token, expiresAtMs, servers, fileServers }, this.#avoided);
      this.#refresh.granted(refreshInMs);
      const { tell } = this.#nextGrant;
      this.#nextGrant = nextTime();
      tell();
      return this.#grant;
    } catch (error) {
      this.#deps.logger?.log('warn', 'the play could not be renewed', { reason, error: String(error) });
      this.#refresh.failed();
      // Somebody else has its stream: what the servers would still give is not for this viewer any more.
      if (isPlayerError(error) && (error.code === 'account/stream-limit' || error.code === 'play/ended'))
        this.notify({ type: 'failed', cause: 'fetch', error });
      return undefined;
    }
  }

  async #refreshGrant(): Promise<void> {
    const grant = await this.#renew('refresh');
    if (grant && !this.closed) this.delivery.use(grant);
  }

  #emit: EmitPlayerEvent = (name, payload) => {
    if (!this.closed) this.#deps.emit(name, payload);
  };
}
