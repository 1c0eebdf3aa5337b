import { isPlayerError, PlayerError } from './errors/player-error.ts';
import type { Presentation } from './manifest/presentation.ts';
import type { PlayerEvents, PlayerLedger, PlayerMessage, PlayerState, PlayerStats } from './player-events.ts';
import type { PlayerOptions } from './player-options.ts';
import { NO_LEDGER, NOWHERE, playerStateOf, statsOf } from './player-stats.ts';
import { CancelController, type CancelSignal } from './ports/cancel-signal.ts';
import type { EngineEvent, EngineSnapshot } from './ports/media-engine.ts';
import type { PlayerPorts } from './ports/player-ports.ts';
import { sessionEventOf } from './runtime/engine-event-of.ts';
import { EventOutbox } from './runtime/event-outbox.ts';
import { Listeners } from './runtime/listeners.ts';
import { PlayWatch } from './runtime/play-watch.ts';
import { type GrantedPlay, PlaybackClient } from './runtime/playback-client.ts';
import { randomId } from './runtime/random-id.ts';
import { type EmitPlayerEvent, RunningPlay } from './runtime/running-play.ts';
import { seekWhenKnown } from './runtime/seek-when-known.ts';
import type { SessionEffect, SessionEvent, SessionState } from './session/session-state.ts';
import { transition } from './session/transition.ts';

export interface LoadOptions {
  readonly startAtMs?: number;
  /** True where absent. */
  readonly autoplay?: boolean;
}

interface PendingLoad {
  readonly cancel: CancelController;
  readonly resolve: () => void;
  readonly reject: (error: PlayerError) => void;
}

/** Plays titles: asks the backend, chooses servers and renditions, feeds the engine. One title at a time. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #ports: PlayerPorts;
  readonly #client: PlaybackClient;
  readonly #listeners = new Listeners<PlayerEvents>();
  readonly #outbox = new EventOutbox<PlayerMessage>(([name, payload]) => this.#listeners.tell(name, payload as never));
  #session: SessionState = { status: 'idle' };
  #pending: PendingLoad | undefined;
  #play: RunningPlay | undefined;
  #lastSnapshot: EngineSnapshot = NOWHERE;
  readonly #watch: PlayWatch;
  /** Tells the backend that a new play of this player takes the place of its last. */
  #playerId: string | undefined;

  constructor(options: PlayerOptions, ports: PlayerPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#client = new PlaybackClient(ports, options, (event) => this.#emit('region-failover', event));
    this.#watch = new PlayWatch({
      ...ports,
      regions: options.regions,
      stats: () => this.stats(),
      bytes: () => this.#play && { ...this.#play.delivery.accounts(), droppedFrames: this.#snapshot().droppedFrames },
      onPlayEnded: (event) => this.#emit('play-ended', event),
    });
  }

  /** `idle` also once the player is destroyed. */
  get state(): PlayerState {
    return playerStateOf(this.#session);
  }

  /** What the title consists of; undefined until the play is granted. */
  get presentation(): Presentation | undefined {
    return this.#play?.presentation;
  }

  /**
   * Plays a title in place of the one before. Resolves when the engine was opened; rejects with `PlayerError`:
   * the backend's codes as they are, `region/unreachable`, `region/bad-response`, or `player/invalid-call` where
   * another `load`, `stop` or `destroy` came first.
   */
  load(titleId: string, options: LoadOptions = {}): Promise<void> {
    const { startAtMs = 0, autoplay = true } = options;
    return this.#asking({ type: 'load', titleId, startAtMs, autoplay, nowMs: this.#ports.clock.nowMs() });
  }

  /**
   * After `failed`: a new play of the same title from the position reached, paused where the viewer had paused. Resolves
   * and rejects as `load` does; with `player/invalid-call` where nothing has failed.
   */
  retry(): Promise<void> {
    return this.#asking({ type: 'retry', nowMs: this.#ports.clock.nowMs() });
  }

  /** @throws PlayerError `player/invalid-call` where nothing is loaded. At the end it begins again. */
  play(): void {
    this.#dispatch({ type: 'play' });
  }

  /** @throws PlayerError `player/invalid-call` where nothing is loaded. */
  pause(): void {
    this.#dispatch({ type: 'pause', nowMs: this.#ports.clock.nowMs() });
  }

  /** @throws PlayerError `player/invalid-call` where nothing is loaded or the position is not a number from 0 on. */
  seek(positionMs: number): void {
    this.#dispatch({ type: 'seek', positionMs, nowMs: this.#ports.clock.nowMs() });
  }

  /** Ends the play. The player can load again. */
  stop(): void {
    this.#dispatch({ type: 'stop' });
  }

  /** Ends the play and the player: later calls are refused. Idempotent. */
  destroy(): void {
    this.#dispatch({ type: 'destroy' });
    this.#listeners.clear();
  }

  stats(): PlayerStats {
    const nowMs = this.#ports.clock.nowMs();
    const qoe = this.#watch.summary();
    return statsOf({ session: this.#session, play: this.#play, snapshot: this.#snapshot(), qoe, nowMs });
  }

  /** Stays readable after the play ended, until the next load. */
  ledger(): PlayerLedger {
    return this.#play?.delivery.ledger() ?? NO_LEDGER;
  }

  /** Listens; the function it gives ends that. A listener that throws is logged and disturbs nobody. */
  on<K extends keyof PlayerEvents>(name: K, listener: (payload: PlayerEvents[K]) => void): () => void {
    const guarded = (payload: PlayerEvents[K]): void => {
      try {
        listener(payload);
      } catch (error) {
        this.#ports.logger?.log('error', 'a listener threw', { event: name, error: String(error) });
      }
    };
    return this.#listeners.add(name, guarded);
  }

  #asking(event: SessionEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#dispatch(event, { cancel: new CancelController(), resolve, reject });
    });
  }

  #dispatch(event: SessionEvent, begun?: PendingLoad): void {
    let refused: PlayerError | undefined;
    this.#outbox.hold(() => {
      const from = this.state;
      const { state, effects } = transition(this.#session, event);
      this.#session = state;
      if (this.state !== from) this.#emit('state', { from, to: this.state });
      for (const effect of effects) {
        if (effect.type === 'refuse') refused = effect.error;
        else if (effect.type === 'request-play') this.#begin(effect.titleId, begun);
        else this.#perform(effect);
      }
      this.#watch.status(this.#session);
    });
    if (!refused) return;
    if (!begun) throw refused;
    begun.reject(refused);
  }

  #perform(effect: Exclude<SessionEffect, { type: 'refuse' | 'request-play' }>): void {
    const { engine } = this.#ports;
    switch (effect.type) {
      case 'open-engine':
        this.#open(effect.startAtMs, effect.play);
        break;
      case 'reopen-engine':
        engine.close();
        this.#play?.avoidLastServer();
        this.#open(effect.startAtMs, effect.play);
        break;
      case 'engine-play':
        engine.play();
        break;
      case 'engine-pause':
        engine.pause();
        break;
      case 'engine-seek':
        seekWhenKnown(engine, this.#play, effect.positionMs);
        break;
      case 'close':
        this.#close();
        break;
      case 'emit-rebuffer': {
        const { type: _, ...rebuffer } = effect;
        this.#emit('rebuffer', { ...rebuffer, positionMs: this.#snapshot().positionMs });
        break;
      }
      case 'emit-error':
        this.#emit('error', { error: effect.error });
    }
  }

  #begin(titleId: string, pending: PendingLoad | undefined): void {
    if (!pending) return;
    this.#watch.begin(titleId);
    this.#pending = pending;
    this.#play = undefined;
    this.#lastSnapshot = NOWHERE;
    void this.#request(titleId, pending);
  }

  async #request(titleId: string, pending: PendingLoad): Promise<void> {
    try {
      const granted = await this.#ask(titleId, pending.cancel.signal);
      if (this.#pending === pending) await this.#start(granted, pending);
    } catch (error) {
      // Given up: rejected already.
      if (pending.cancel.signal.aborted) return;
      this.#pending = undefined;
      this.#play?.close();
      const failure = isPlayerError(error) ? error : unexpected(error);
      this.#dispatch({ type: 'load-failed', error: failure });
      pending.reject(failure);
    }
  }

  #ask(titleId: string, signal: CancelSignal): Promise<GrantedPlay> {
    const key = randomId(this.#ports.random);
    this.#playerId ??= key;
    return this.#client.requestPlay(titleId, key, signal, this.#playerId);
  }

  async #start(granted: GrantedPlay, pending: PendingLoad): Promise<void> {
    const play: RunningPlay = new RunningPlay(granted, {
      ...this.#ports,
      http: this.#watch.mediaHttp,
      options: this.#options,
      client: this.#client,
      requestAgain: (signal) => this.#ask(granted.response.titleId, signal),
      onGranted: this.#onGranted,
      emit: this.#emit,
      onEngineEvent: (event) => this.#onEngineEvent(play, event),
    });
    this.#play = play;
    this.#onGranted(granted);
    // What lies further on in a long film is not known yet.
    if (this.#session.status === 'loading' && this.#session.startAtMs > 0) await play.presentation.rest;
    if (this.#pending !== pending) return;
    this.#pending = undefined;
    this.#dispatch({ type: 'granted', durationMs: play.presentation.durationMs });
    if (this.#session.status === 'failed') pending.reject(this.#session.error);
    else pending.resolve();
  }

  readonly #onGranted = (granted: GrantedPlay): void => {
    const { playId, region, servers, titleName, durationMs } = granted.response;
    this.#watch.granted(granted);
    this.#emit('play-granted', { playId, region, serverCount: servers.length, titleName, durationMs });
  };

  #open(startAtMs: number, play: boolean): void {
    const running = this.#play;
    if (!running) return;
    try {
      this.#ports.engine.open(running.presentation, running, { startAtMs });
      if (play && !running.closed) this.#ports.engine.play();
      if (!running.closed) running.probing.arm();
    } catch (error) {
      this.#onEngineEvent(running, { type: 'failed', cause: 'unsupported', error });
    }
  }

  #onEngineEvent(play: RunningPlay, event: EngineEvent): void {
    if (this.#play !== play) return;
    const nowMs = this.#ports.clock.nowMs();
    const sessionEvent = sessionEventOf(event, () => this.#snapshot().positionMs, nowMs);
    if (sessionEvent) this.#dispatch(sessionEvent);
  }

  #close(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.cancel.cancel();
    pending?.reject(new PlayerError('player/invalid-call', 'load(): another call came before the answer.'));
    if (!this.#play) return;
    this.#lastSnapshot = this.#ports.engine.snapshot();
    this.#ports.engine.close();
    this.#play.close();
  }

  /** What the engine says while it is open, and what it said last. */
  #snapshot(): EngineSnapshot {
    const isOpen = this.#session.status !== 'failed' && 'play' in this.#session;
    return isOpen ? this.#ports.engine.snapshot() : this.#lastSnapshot;
  }

  readonly #emit: EmitPlayerEvent = (name, payload) => {
    this.#watch.heard(name, payload);
    this.#outbox.post([name, payload] as unknown as PlayerMessage);
  };
}

const unexpected = (error: unknown): PlayerError =>
  new PlayerError('region/unreachable', `The play could not be requested: ${String(error)}`, {}, { cause: error });
