import { PlayerError } from '../errors/player-error.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { HttpFailure } from '../ports/http-client.ts';
import type { EngineHost, EngineSnapshot, ReplacementChoice } from '../ports/media-engine.ts';
import { Playhead } from './playhead.ts';
import { EPSILON_MS, SimulatedTrack } from './simulated-track.ts';
import { downloadWatched, type SeenBytes, type WatchedDownload } from './watched-download.ts';

/** The least time until the next look, so that rounding never makes it look for ever at one moment. */
const SHORTEST_WAKE_MS = 1;

/** One presentation, from open to close. */
export class SimulatedShow {
  readonly #presentation: Presentation;
  readonly #host: EngineHost;
  readonly #clock: Clock;
  readonly #bufferGoalMs: number;
  readonly #tracks: readonly SimulatedTrack[];
  readonly #playhead = new Playhead();
  #transfers = new CancelController();
  #cancelWake: () => void = () => {};
  #wantsPlay = false;
  #seeking = false;
  #stalled = false;
  #ended = false;
  #closed = false;
  #shown: RenditionView | undefined;

  constructor(presentation: Presentation, host: EngineHost, clock: Clock, bufferGoalMs: number) {
    this.#presentation = presentation;
    this.#host = host;
    this.#clock = clock;
    this.#bufferGoalMs = bufferGoalMs;
    const isWhole = (): boolean => !presentation.rest;
    const video = new SimulatedTrack('video', presentation.video[0]?.segments ?? [], isWhole);
    const [audio] = presentation.audio;
    this.#tracks = audio ? [video, new SimulatedTrack('audio', audio.segments, isWhole)] : [video];
    presentation.rest?.then(
      () => this.#update(),
      () => {},
    );
  }

  play(): void {
    if (this.#wantsPlay) return;
    this.#wantsPlay = true;
    this.#update();
    if (!this.#playhead.running && !this.#ended && !this.#seeking) this.#stall();
  }

  pause(): void {
    if (!this.#wantsPlay) return;
    this.#wantsPlay = false;
    this.#stalled = false;
    this.#playhead.halt(this.#clock.nowMs(), this.#playableToMs());
    this.#host.notify({ type: 'paused' });
    this.#update();
  }

  seek(positionMs: number): void {
    const target = Math.max(0, Math.min(positionMs, this.#endMs()));
    this.#seeking = true;
    this.#host.notify({ type: 'seeking', positionMs: target });
    this.jumpTo(target);
  }

  setRate(rate: number): void {
    this.#playhead.setRate(rate, this.#clock.nowMs(), this.#playableToMs());
    this.#update();
  }

  jumpTo(positionMs: number): void {
    this.#playhead.jumpTo(Math.min(positionMs, this.#endMs()));
    this.#ended = false;
    this.#stalled = false;
    if (!this.#tracks.every((track) => track.holds(positionMs))) {
      this.#transfers.cancel();
      this.#transfers = new CancelController();
      for (const track of this.#tracks) track.restartAt(positionMs);
    }
    this.#update();
  }

  snapshot(): EngineSnapshot {
    const playableToMs = this.#playableToMs();
    const positionMs = this.#playhead.positionMs(this.#clock.nowMs(), playableToMs);
    const bufferAheadMs = Math.max(0, playableToMs - positionMs);
    const { rate } = this.#playhead;
    return { positionMs, bufferAheadMs, paused: !this.#wantsPlay, ended: this.#ended, rate };
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
    this.#transfers.cancel();
  }

  /** Looks at everything: fetches what is wanted, moves on or stops the playhead, and sets the time of the next look. */
  #update(): void {
    if (this.#closed) return;
    for (const track of this.#tracks) this.#fill(track);
    this.#finishSeek();
    this.#movePlayhead();
    this.#announceShown();
    this.#scheduleWake();
  }

  #fill(track: SimulatedTrack): void {
    const hasRoom = track.bufferedToMs - this.#positionMs() <= this.#bufferGoalMs + EPSILON_MS;
    if (track.fetching || track.exhausted || !hasRoom || this.#isAhead(track)) return;
    track.fetching = true;
    const { signal } = this.#transfers;
    this.#fetch(track, signal).catch((error: unknown) => {
      if (signal.aborted || (error instanceof HttpFailure && error.kind === 'aborted')) return;
      this.#fail(error);
    });
  }

  /** Sound that runs ahead of the picture takes the line from it, and is not heard before it is seen. */
  #isAhead({ kind, bufferedToMs }: SimulatedTrack): boolean {
    const [video] = this.#tracks;
    return kind === 'audio' && video !== undefined && !video.complete && bufferedToMs > video.bufferedToMs + EPSILON_MS;
  }

  async #fetch(track: SimulatedTrack, signal: CancelSignal): Promise<void> {
    const replacement = track.kind === 'video' ? this.#replacementFor(track) : undefined;
    if (replacement) await this.#replace(track, replacement, signal);
    else await this.#append(track, signal);
    if (signal.aborted) return;
    track.fetching = false;
    this.#update();
  }

  async #append(track: SimulatedTrack, signal: CancelSignal): Promise<void> {
    const segmentNumber = track.nextSegment;
    const chosen = this.#renditionFor(track, segmentNumber);
    if (!chosen) return;
    const isVideo = track.kind === 'video';
    const judge = (seen: SeenBytes): 'go-on' | RenditionView =>
      (isVideo && this.#host.judgeDownload({ ...seen, bufferAheadMs: this.#bufferAheadMs() })) || 'go-on';
    const rendition = await this.#download(chosen, segmentNumber, signal, judge);
    if (signal.aborted || !rendition) return;
    const startMs = track.append(rendition)?.startMs ?? 0;
    this.#host.notify({ type: 'appended', rendition, segmentNumber, startMs });
  }

  async #replace(track: SimulatedTrack, choice: ReplacementChoice, signal: CancelSignal): Promise<void> {
    const { segmentNumber } = choice;
    const isDue = (): boolean => track.segmentAt(this.#positionMs()) >= segmentNumber;
    const judge = ({ elapsedMs }: SeenBytes) => (elapsedMs > choice.withinMs || isDue() ? 'stop' : 'go-on');
    const rendition = await this.#download(choice.rendition, segmentNumber, signal, judge);
    if (signal.aborted || !rendition) return;
    const discarded = isDue() ? rendition : track.replace(segmentNumber, rendition);
    if (!discarded) return;
    const bytes = bytesOf(discarded, segmentNumber);
    this.#host.notify({ type: 'discarded', rendition: discarded, segmentNumber, bytes });
    if (discarded === rendition) return;
    const startMs = track.segments[segmentNumber]?.startMs ?? 0;
    this.#host.notify({ type: 'appended', rendition, segmentNumber, startMs });
  }

  #download(
    rendition: RenditionView,
    segmentNumber: number,
    signal: CancelSignal,
    judge: WatchedDownload['judge'],
  ): Promise<RenditionView | undefined> {
    return downloadWatched({ host: this.#host, clock: this.#clock, rendition, segmentNumber, signal, judge });
  }

  #renditionFor(track: SimulatedTrack, segmentNumber: number): RenditionView | undefined {
    if (track.kind === 'audio') return this.#presentation.audio[0];
    return this.#host.selectVideo({ segmentNumber, bufferAheadMs: this.#bufferAheadMs() });
  }

  #replacementFor(track: SimulatedTrack): ReplacementChoice | undefined {
    const positionMs = this.#positionMs();
    if (!track.holds(positionMs)) return undefined;
    const buffered = track.bufferedFrom(positionMs);
    // Nothing is better than the best: most plays ask for no plan.
    const best = this.#presentation.video.at(-1);
    if (buffered.length < 2 || buffered.every(({ rendition }) => rendition === best)) return undefined;
    const bufferAheadMs = this.#bufferAheadMs();
    return this.#host.selectReplacement({ segmentNumber: track.nextSegment, bufferAheadMs, buffered });
  }

  #finishSeek(): void {
    if (!this.#seeking || !this.#canPlay()) return;
    this.#seeking = false;
    this.#host.notify({ type: 'seeked', positionMs: this.#positionMs() });
  }

  #movePlayhead(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#playhead.running) {
      const positionMs = this.#positionMs();
      if (positionMs >= this.#endMs() - EPSILON_MS) this.#end();
      else if (positionMs >= this.#playableToMs() - EPSILON_MS) {
        this.#playhead.halt(nowMs, this.#playableToMs());
        this.#stall();
      }
    } else if (this.#wantsPlay && !this.#ended && this.#canPlay()) {
      if (this.#positionMs() >= this.#endMs() - EPSILON_MS) {
        this.#end();
        return;
      }
      this.#stalled = false;
      this.#playhead.run(nowMs);
      this.#host.notify({ type: 'playing' });
    }
  }

  #stall(): void {
    if (this.#stalled) return;
    this.#stalled = true;
    this.#host.notify({ type: 'waiting' });
  }

  #end(): void {
    // A timer may fire a moment early: the end is the end all the same.
    this.#playhead.jumpTo(this.#endMs());
    this.#ended = true;
    this.#wantsPlay = false;
    this.#host.notify({ type: 'ended' });
  }

  #announceShown(): void {
    const rendition = this.#tracks[0]?.renditionAt(this.#positionMs());
    if (!this.#playhead.running || !rendition || rendition === this.#shown) return;
    this.#shown = rendition;
    this.#host.notify({ type: 'rendition-shown', rendition });
  }

  #scheduleWake(): void {
    this.#cancelWake();
    if (this.#closed || !this.#playhead.running) return;
    const positionMs = this.#positionMs();
    const moments = [this.#playableToMs(), this.#nextBorderMs(positionMs)];
    for (const track of this.#tracks) {
      if (!track.exhausted && !track.fetching && !this.#isAhead(track))
        moments.push(track.bufferedToMs - this.#bufferGoalMs);
    }
    const delayMs = Math.max(SHORTEST_WAKE_MS, (Math.min(...moments) - positionMs) / this.#playhead.rate);
    this.#cancelWake = this.#clock.schedule(delayMs, () => this.#update());
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const isDamage = error instanceof PlayerError && error.code === 'media/decode';
    this.#host.notify({ type: 'failed', cause: isDamage ? 'decode' : 'fetch', error });
  }

  /** The next moment at which another rendition may be on screen. */
  #nextBorderMs(positionMs: number): number {
    const [video] = this.#tracks;
    const segment = video?.segments[video.segmentAt(positionMs)];
    return segment ? segment.startMs + segment.durationMs : Number.POSITIVE_INFINITY;
  }

  #canPlay(): boolean {
    const positionMs = this.#positionMs();
    return this.#tracks.every((track) => track.holds(positionMs));
  }

  #bufferAheadMs(): number {
    return this.snapshot().bufferAheadMs;
  }

  #positionMs(): number {
    return this.#playhead.positionMs(this.#clock.nowMs(), this.#playableToMs());
  }

  /** Media of all tracks reaches to here; a track that is complete holds nothing back. Asked for with every look. */
  #playableToMs(): number {
    let bufferedToMs = Number.POSITIVE_INFINITY;
    for (const track of this.#tracks) if (!track.complete) bufferedToMs = Math.min(bufferedToMs, track.bufferedToMs);
    return Number.isFinite(bufferedToMs) ? bufferedToMs : this.#endMs();
  }

  #endMs(): number {
    let endMs = 0;
    for (const track of this.#tracks) endMs = Math.max(endMs, track.endMs);
    return endMs;
  }
}

function bytesOf(rendition: RenditionView, segmentNumber: number): number {
  const segment = rendition.segments[segmentNumber];
  return segment ? segment.endByte - segment.startByte : 0;
}
