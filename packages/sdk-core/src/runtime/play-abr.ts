import type { AbandonWatch } from '../abr/abandon-watch.ts';
import type { AbrContext, AbrFunction, AbrLimits, RenditionChoice } from '../abr/abr-context.ts';
import type { Limit } from '../abr/limits.ts';
import type { ReplacementRule } from '../abr/replace-segment.ts';
import { ruleOf } from '../abr/rule-of.ts';
import { selectRendition } from '../abr/select-rendition.ts';
import type { Presentation, RenditionView } from '../manifest/presentation.ts';
import type { Logger } from '../ports/logger.ts';
import type {
  DownloadProgress,
  MediaEngine,
  ReplacementChoice,
  ReplacementRequest,
  SelectVideoRequest,
} from '../ports/media-engine.ts';
import type { NetworkMemory } from '../ports/network-memory.ts';

/** A download that was late for so long has no faster server: delivery would have moved. */
const MOVE_PATIENCE_MS = 3000;

/** A play that stands still is judged as a slow one. */
const SLOWEST_RATE = 0.1;

export interface PlayAbrDeps {
  readonly engine: Pick<MediaEngine, 'abilities'>;
  readonly presentation: Presentation;
  readonly abr?: AbrFunction | undefined;
  readonly bufferGoalMs?: number | undefined;
  readonly logger?: Logger;
  readonly limits: () => AbrLimits & { readonly limits: readonly Limit[] };
  readonly memory: NetworkMemory | undefined;
  /** Of the network, for one download. */
  readonly expectation: () => {
    readonly throughputBps: number | undefined;
    readonly rateSpread?: number | undefined;
    readonly latencyMs?: number | undefined;
  };
  readonly server: () => { readonly ocaId: string | undefined; readonly hasOthers: boolean };
  /** Media time per time. */
  readonly rate: () => number;
}

/** The download that was judged last: its segment and rendition, its server, and when it was judged. */
interface Watched {
  readonly key: string;
  readonly ocaId: string | undefined;
  readonly atMs: number;
}

type Context = Omit<AbrContext, 'throughputBps'> & { throughputBps?: number | undefined };

/** The choices of renditions in one play, and what they need to remember of each other. */
export class PlayAbr {
  readonly #deps: PlayAbrDeps;
  readonly #rule: AbrFunction;
  readonly #watch: AbandonWatch | undefined;
  readonly #replace: ReplacementRule | undefined;
  #selected: RenditionChoice<string> | undefined;
  /** Of the segment that is loaded now: its number, and the rendition of the one before. */
  #loading: { readonly segmentNumber: number; readonly before: RenditionView | undefined } | undefined;
  #watched: Watched | undefined;

  constructor(deps: PlayAbrDeps) {
    this.#deps = deps;
    this.#watch = deps.engine.abilities?.abandonment?.();
    this.#replace = deps.engine.abilities?.replacement?.();
    this.#rule = ruleOf(deps.abr, (error) =>
      deps.logger?.log('error', "the app's ABR function failed", { error: String(error) }),
    );
  }

  get selected(): RenditionChoice<string> | undefined {
    return this.#selected;
  }

  select(request: SelectVideoRequest): RenditionChoice<string> {
    // An engine may ask several times for one segment: the one before stays the one before.
    if (this.#loading?.segmentNumber !== request.segmentNumber)
      this.#loading = { segmentNumber: request.segmentNumber, before: this.#selected?.rendition };
    const context = this.#context(request, this.#selected?.rendition);
    // The first segment shall come soon, also where the index of a long film has shown what the line gives.
    if (!this.#selected) context.throughputBps = undefined;
    this.#selected = this.#fromHistory(context) ?? selectRendition(context, this.#rule);
    return this.#selected;
  }

  /** What to load in the place of a segment, if going on is worth less. */
  judge(progress: DownloadProgress): RenditionChoice<string> | undefined {
    const watch = this.#watch;
    if (!watch) return undefined;
    const { rendition, segmentNumber, receivedBytes } = progress;
    const rate = this.#rate();
    const elapsedMs = progress.elapsedMs * rate;
    const { ocaId, hasOthers } = this.#deps.server();
    const before = this.#loading?.segmentNumber === segmentNumber ? this.#loading.before : undefined;
    const context = this.#context(progress, before);
    const key = `${segmentNumber} ${rendition.renditionId}`;
    if (this.#watched?.key !== key || elapsedMs < this.#watched.atMs) {
      this.#watched = { key, ocaId, atMs: 0 };
      watch.begin(context.throughputBps);
    } else if (this.#watched.ocaId !== ocaId) {
      this.#watched = { key, ocaId, atMs: elapsedMs };
      watch.begin(context.throughputBps, { elapsedMs, receivedBytes });
    }
    this.#watched = { ...this.#watched, atMs: elapsedMs };
    const { firstByteAfterMs } = progress;
    const verdict = watch.judge({
      ...context,
      loading: rendition,
      receivedBytes,
      elapsedMs,
      firstByteAfterMs: firstByteAfterMs === undefined ? undefined : firstByteAfterMs * rate,
      patienceMs: hasOthers ? MOVE_PATIENCE_MS * rate : undefined,
    });
    if (!verdict.instead) return undefined;
    this.#selected = { rendition: verdict.instead, reason: verdict.reason };
    return this.#selected;
  }

  replacement(request: ReplacementRequest): ReplacementChoice | undefined {
    const last = request.buffered.at(-1)?.rendition;
    const savesData = this.#deps.limits().limits.some(({ reason }) => reason === 'data-saver');
    if (!this.#replace || !last || savesData) return undefined;
    const context = this.#context(request, last);
    const next = selectRendition(context, this.#rule).rendition;
    const { segmentNumber, rendition, withinMs } = this.#replace({ ...context, buffered: request.buffered, next });
    if (segmentNumber === undefined || !rendition || withinMs === undefined) return undefined;
    return { segmentNumber, rendition, withinMs: withinMs / this.#rate() };
  }

  /** The first choice of a play on a known network. An app's own function decides for itself. */
  #fromHistory(context: AbrContext): RenditionChoice<string> | undefined {
    if (context.current || context.throughputBps !== undefined || typeof this.#deps.abr === 'function')
      return undefined;
    return this.#deps.memory?.firstChoice(context);
  }

  /** In media time: at double speed, the same network carries half as much of each second. */
  #context(at: SelectVideoRequest, current: RenditionView | undefined): Context {
    const { presentation, bufferGoalMs } = this.#deps;
    const { throughputBps, rateSpread, latencyMs } = this.#deps.expectation();
    const rate = this.#rate();
    return {
      video: presentation.video,
      segmentNumber: at.segmentNumber,
      bufferAheadMs: at.bufferAheadMs,
      bufferGoalMs,
      throughputBps: throughputBps === undefined ? undefined : throughputBps / rate,
      rateSpread,
      latencyMs: latencyMs === undefined ? undefined : latencyMs * rate,
      current,
      audioBps: presentation.audio[0]?.averageBps,
      limits: this.#deps.limits(),
    };
  }

  #rate(): number {
    return Math.max(SLOWEST_RATE, this.#deps.rate());
  }
}
