import type { PlayResponse } from '@pressplay/protocol/messages';
import type { RenditionChoice } from '../abr/abr-context.ts';
import type { Limit } from '../abr/limits.ts';
import { isPlayerError } from '../errors/player-error.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { PlayerOptions } from '../player-options.ts';
import type { CancelSignal } from '../ports/cancel-signal.ts';
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
import { bringRest } from './bring-rest.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryListener } from './delivery-listener.ts';
import { PlayAbr } from './play-abr.ts';
import { PlayGrant, type PlayGrantDeps } from './play-grant.ts';
import { type LimitOptions, PlayLimits } from './play-limits.ts';
import type { GrantedPlay, PlaybackClient } from './playback-client.ts';
import { ProbeStart } from './probe-start.ts';

/** A range is wanted at once where nothing is buffered; this is the time that "at once" may take. */
const START_ALLOWANCE_MS = 1000;
/** How long a range waits for a fresh token beyond the end of the buffer. */
const TOKEN_PATIENCE_MS = 60_000;

export type EmitPlayerEvent = <K extends keyof PlayerEvents>(name: K, payload: PlayerEvents[K]) => void;

export interface RunningPlayDeps extends Pick<PlayGrantDeps, 'requestAgain' | 'onGranted'> {
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly random: Random;
  readonly engine: MediaEngine;
  readonly logger?: Logger;
  readonly networkMemory?: OpenNetworkMemory | undefined;
  readonly networkInfo?: NetworkInfo;
  readonly options: LimitOptions & Pick<PlayerOptions, 'abr' | 'bufferGoalMs'>;
  readonly client: PlaybackClient;
  readonly onPageEnd?: (callback: () => void) => () => void;
  readonly emit: EmitPlayerEvent;
  readonly onEngineEvent: (event: EngineEvent) => void;
}

/** One granted play: joins engine, delivery and ABR until it is closed. */
export class RunningPlay implements EngineHost {
  readonly presentation: Presentation;
  readonly delivery: Delivery;
  readonly probing: ProbeStart;
  readonly #deps: RunningPlayDeps;
  readonly #grant: PlayGrant;
  readonly #abr: PlayAbr;
  readonly #limits: PlayLimits;
  readonly #memory: NetworkMemory | undefined;
  #shown: RenditionView | undefined;
  readonly #forgetPage: (() => void) | undefined;

  constructor(granted: GrantedPlay, deps: RunningPlayDeps) {
    this.presentation = granted.presentation;
    this.#deps = deps;
    this.#grant = this.#playGrant(granted.response);
    this.delivery = new Delivery(deps, this.#listener(), deps.engine.abilities);
    this.probing = new ProbeStart(deps.clock, () => this.delivery.startProbing());
    this.delivery.use(this.#grant.now);
    this.#limits = new PlayLimits({
      ...deps,
      presentation: this.presentation,
      shown: () => this.#shown,
      serverBps: () => this.delivery.maxVideoBps(),
    });
    this.#memory = deps.networkMemory?.(deps);
    this.#abr = this.#playAbr();
    this.#forgetPage = deps.onPageEnd?.(() => this.#end());
    bringRest(granted, this, deps);
  }

  /** That granted the play as it is now. */
  get response(): PlayResponse {
    return this.#grant.response;
  }

  get selected(): RenditionChoice<string> | undefined {
    return this.#abr.selected;
  }

  get closing(): CancelSignal {
    return this.#grant.closed;
  }

  get closed(): boolean {
    return this.closing.aborted;
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
      const grant = this.#grant.now;
      try {
        return await this.delivery.fetchRange({ ...request, startByte, onBytes, neededInMs: bufferMs() });
      } catch (error) {
        if (!isPlayerError(error) || error.code !== 'delivery/token-expired') throw error;
        if (!(await this.#grant.isRenewed(grant, patienceEndMs, request.signal))) throw error;
      }
    }
  }

  notify(event: EngineEvent): void {
    if (this.closed) return;
    if (event.type === 'playing') this.#grant.resumed();
    if (event.type === 'rendition-shown') {
      this.#shown = event.rendition;
      this.#emit('rendition-shown', { rendition: event.rendition });
    }
    if (event.type === 'appended') this.#memory?.noteSometimes(...this.#seenRate());
    if (event.type === 'ended') this.#memory?.note(...this.#seenRate());
    if (event.type === 'discarded') this.delivery.noteReplaced(event.bytes);
    this.#deps.onEngineEvent(event);
  }

  /** Something that the play cannot do without cannot be had. */
  readonly fail = (error: unknown): void => this.notify({ type: 'failed', cause: 'fetch', error });

  /** Takes the server of the last bytes, or of a file's, off the list, where another one is left: they are of no use. */
  avoidLastServer(ofFile?: string): void {
    const delivered = this.delivery
      .ledger()
      .entries.filter((entry) => entry.deliveredTo > entry.requestedFrom && (ofFile ?? entry.fileId) === entry.fileId);
    const ocaId = delivered.at(-1)?.ocaId ?? this.delivery.currentOcaId();
    this.#deps.logger?.log('warn', 'media did not decode; asking another server', { ocaId });
    this.delivery.use(this.#grant.avoid(ocaId));
  }

  /** Lets go of transfers. What was delivered can still be asked for. */
  close(): void {
    if (!this.closed) {
      this.#memory?.note(...this.#seenRate());
      this.#end();
    }
    this.#forgetPage?.();
    this.#grant.close();
    this.probing.close();
    this.delivery.close();
  }

  /** Gives the account its stream back. */
  #end(): void {
    this.#deps.client.endPlay(this.response.playId, this.#grant.now.token);
  }

  #playGrant(response: PlayResponse): PlayGrant {
    return new PlayGrant(response, {
      ...this.#deps,
      onRefreshed: (grant) => this.delivery.use(grant),
      onRefused: this.fail,
    });
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
      server: () => ({ ocaId: delivery.currentOcaId(), hasOthers: this.#grant.now.servers.length > 1 }),
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
      renewGrant: (reason) => this.#grant.renew(reason),
    };
  }

  #emit: EmitPlayerEvent = (name, payload) => {
    if (!this.closed) this.#deps.emit(name, payload);
  };
}
