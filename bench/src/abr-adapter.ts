import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AbrFunction, RenditionView } from '@pressplay/sdk-core';
import {
  bitrateUtility,
  bolaRule,
  logUtility,
  lookAhead,
  selectRendition,
  throughputRule,
  type Utility,
} from '@pressplay/sdk-core/abr';
import { AbandonWatch } from '../../packages/sdk-core/src/abr/abandon-watch.ts';
import { LOOK_AHEAD_DEFAULTS } from '../../packages/sdk-core/src/abr/look-ahead.ts';
import { PlannedWorth } from '../../packages/sdk-core/src/abr/planned-worth.ts';
import { type Replacement, replaceSegment } from '../../packages/sdk-core/src/abr/replace-segment.ts';
import { ServerMeter } from '../../packages/sdk-core/src/runtime/delivery-server-meter.ts';

/** The harness's side, as far as it is used here: times in milliseconds, sizes in bits, rates in kbit/s. */
export interface HarnessConfig {
  readonly video: {
    readonly L: number;
    readonly kbps: readonly number[];
    /** [segment][rung] */
    readonly sizes: readonly (readonly number[])[];
  };
  readonly bufferMs: number;
  readonly qoe: 'lin' | 'log';
}

export interface HarnessContext {
  readonly segment: number;
  readonly level: number;
  readonly now: number;
  readonly lastQuality: number;
  /** Rungs of what is buffered, the segment that plays first. Absent where nothing can be replaced. */
  contents?(): readonly number[];
  /** How much of that one has been played. */
  headMs?(): number;
}

export interface HarnessTransfer {
  readonly bits: number;
  readonly ms: number;
  readonly ttfb: number;
}

/** Moments of a session count from its beginning. */
export interface HarnessProgress extends HarnessTransfer {
  readonly quality: number;
  readonly size: number;
  readonly level: number;
}

/**
 * One session of the harness, decided by a rule of ours. As in the player: its estimators measure the downloads, and a
 * segment is given up where the plan says that a smaller one is worth more, and a buffered one replaced where a better
 * one is worth its bytes.
 */
export class AbrSession {
  readonly name = 'pressplay';
  readonly #rule: AbrFunction;
  readonly #video: readonly RenditionView[];
  readonly #bufferGoalMs: number;
  readonly #meter: ServerMeter;
  #nowMs = 0;
  readonly #watch: AbandonWatch;
  readonly #worth: PlannedWorth;
  #asked = { atMs: 0, segment: 0, lastRung: -1 };
  #receivedBits: number | undefined;

  constructor({ video, bufferMs, qoe }: HarnessConfig, rule: AbrFunction) {
    this.#rule = rule;
    this.#watch = new AbandonWatch({ utility: utilityOf(qoe) });
    this.#worth = new PlannedWorth({ utility: utilityOf(qoe) });
    this.#video = renditionsOf(video);
    // The harness asks when a whole segment still fits below its limit.
    this.#bufferGoalMs = bufferMs - video.L;
    this.#meter = new ServerMeter({ nowMs: () => this.#nowMs });
  }

  decide(context: HarnessContext): { readonly quality: number; readonly replace?: number } {
    const { segment, level, now, lastQuality } = context;
    this.#begin(now, segment, lastQuality);
    const { rendition } = selectRendition(this.#context(level), this.#rule);
    const better = this.#replacement(context, rendition);
    if (better.rendition && better.segmentNumber !== undefined)
      return { quality: this.#video.indexOf(better.rendition), replace: better.segmentNumber - segment };
    return { quality: this.#video.indexOf(rendition) };
  }

  #replacement(context: HarnessContext, next: RenditionView): Replacement {
    const contents = context.contents?.() ?? [];
    const headMs = context.headMs?.() ?? 0;
    const firstNumber = context.segment - contents.length;
    const buffered = contents.flatMap((rung, at) => {
      const rendition = this.#video[rung];
      const segment = rendition?.segments[firstNumber + at];
      if (!rendition || !segment) return [];
      return [{ segmentNumber: firstNumber + at, rendition, dueInMs: at * segment.durationMs - headMs }];
    });
    return replaceSegment(
      { ...this.#context(context.level), buffered, next },
      this.#worth,
      LOOK_AHEAD_DEFAULTS.rateFactor,
    );
  }

  onProgress(progress: HarnessProgress): number {
    this.#receive(progress);
    const { quality, bits, ms, ttfb, level } = progress;
    const loading = this.#video[quality];
    if (!loading) return -1;
    const report = { loading, receivedBytes: bits / 8, elapsedMs: ms, firstByteAfterMs: ttfb };
    const { instead } = this.#watch.judge({ ...this.#context(level), ...report });
    return instead ? this.#video.indexOf(instead) : -1;
  }

  onDownloaded(transfer: HarnessTransfer): void {
    this.#receive(transfer);
    this.#meter.ended();
    // After a segment was given up, the harness asks for the smaller one without another decision.
    const { atMs, segment, lastRung } = this.#asked;
    this.#begin(atMs + transfer.ms, segment, lastRung);
  }

  #begin(atMs: number, segment: number, lastRung: number): void {
    this.#asked = { atMs, segment, lastRung };
    this.#receivedBits = undefined;
    this.#watch.begin(this.#meter.expectation()?.bps);
  }

  #context(bufferAheadMs: number) {
    return {
      video: this.#video,
      segmentNumber: this.#asked.segment,
      bufferAheadMs,
      bufferGoalMs: this.#bufferGoalMs,
      throughputBps: this.#meter.expectation()?.bps,
      rateSpread: this.#meter.expectation()?.spread,
      latencyMs: this.#meter.latencyMs(),
      current: this.#video[this.#asked.lastRung],
    };
  }

  #receive({ bits, ms, ttfb }: HarnessTransfer): void {
    if (this.#receivedBits === undefined) {
      this.#nowMs = this.#asked.atMs + ttfb;
      this.#meter.answered(ttfb);
      this.#meter.began();
    }
    this.#nowMs = Math.max(this.#nowMs, this.#asked.atMs + ms);
    this.#meter.received((bits - (this.#receivedBits ?? 0)) / 8);
    this.#receivedBits = bits;
  }
}

export const utilityOf = (qoe: HarnessConfig['qoe']): Utility => (qoe === 'log' ? logUtility : bitrateUtility);

export function renditionsOf({ kbps, sizes, L }: HarnessConfig['video']): readonly RenditionView[] {
  return kbps.map((rateKbps, rung) => {
    let startByte = 0;
    const segments = sizes.map((row, number) => {
      const endByte = startByte + (row[rung] ?? 0) / 8;
      const segment = { startMs: number * L, durationMs: L, startByte, endByte };
      startByte = endByte;
      return segment;
    });
    const averageBps = rateKbps * 1000;
    return {
      renditionId: `rung-${rung}`,
      kind: 'video',
      fileId: `rung-${rung}`,
      etag: '',
      sizeBytes: startByte,
      codec: '',
      averageBps,
      peakBps: averageBps,
      initBytes: new Uint8Array(),
      segments,
    };
  });
}

const session = (rule: (config: HarnessConfig) => AbrFunction) => ({
  make: (config: HarnessConfig) => new AbrSession(config, rule(config)),
  minMs: 100,
});

/** The prototype is the harness's own; its list of algorithms leaves it to adapters. */
async function prototype() {
  const harness = process.env.PRESSPLAY_ABR_HARNESS;
  if (harness === undefined) return {};
  const { Proto } = await import(pathToFileURL(join(harness, 'algos/proto.mjs')).href);
  return { proto: { make: (config: HarnessConfig) => new Proto(config), minMs: 100 } };
}

/** What the harness runs beside its own. */
export const ALGOS = {
  ...(await prototype()),
  ours: session(({ qoe }) => lookAhead({ utility: utilityOf(qoe) })),
  'ours-bola': session(() => bolaRule),
  'ours-throughput': session(() => throughputRule),
};
