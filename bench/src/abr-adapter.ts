import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AbrFunction, RenditionView } from '@pressplay/sdk-core';
import { bitrateUtility, bolaRule, logUtility, lookAhead, selectRendition, throughputRule } from '@pressplay/sdk-core';
import { ServerMeter } from '../../packages/sdk-core/src/runtime/delivery-server-meter.ts';
import {
  markBytes,
  type RecentRate,
  rateOver,
  recentRate,
} from '../../packages/sdk-core/src/throughput/recent-rate.ts';
import { judgeLoadingSegment } from '../../packages/sdk-web/src/engine/abandon-segment.ts';

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
 * segment that comes too late is given up by the web engine's judgement, if the rule would then take a smaller one.
 */
export class AbrSession {
  readonly name = 'pressplay';
  readonly #rule: AbrFunction;
  readonly #video: readonly RenditionView[];
  readonly #bufferGoalMs: number;
  readonly #meter: ServerMeter;
  #nowMs = 0;
  #asked = { atMs: 0, segment: 0 };
  #running: { readonly receivedBits: number; readonly rate: RecentRate; readonly lateSinceMs?: number } | undefined;

  constructor({ video, bufferMs }: HarnessConfig, rule: AbrFunction) {
    this.#rule = rule;
    this.#video = renditionsOf(video);
    // The harness asks when a whole segment still fits below its limit.
    this.#bufferGoalMs = bufferMs - video.L;
    this.#meter = new ServerMeter({ nowMs: () => this.#nowMs });
  }

  decide({ segment, level, now, lastQuality }: HarnessContext): { readonly quality: number } {
    this.#begin(now, segment);
    return { quality: this.#choose(level, lastQuality) };
  }

  onProgress(progress: HarnessProgress): number {
    this.#receive(progress);
    return this.#judge(progress);
  }

  onDownloaded(transfer: HarnessTransfer): void {
    this.#receive(transfer);
    this.#meter.ended();
    // After a segment was given up, the harness asks for the smaller one without another decision.
    this.#begin(this.#asked.atMs + transfer.ms, this.#asked.segment);
  }

  #begin(atMs: number, segment: number): void {
    this.#asked = { atMs, segment };
    this.#running = undefined;
  }

  #choose(bufferAheadMs: number, currentRung: number): number {
    const context = {
      video: this.#video,
      segmentNumber: this.#asked.segment,
      bufferAheadMs,
      bufferGoalMs: this.#bufferGoalMs,
      throughputBps: this.#meter.expectedBps(),
      latencyMs: this.#meter.latencyMs(),
      current: this.#video[currentRung],
    };
    return this.#video.indexOf(selectRendition(context, this.#rule).rendition);
  }

  #receive({ bits, ms, ttfb }: HarnessTransfer): void {
    if (!this.#running) {
      this.#nowMs = this.#asked.atMs + ttfb;
      this.#meter.answered(ttfb);
      this.#meter.began();
    }
    const { receivedBits, rate, ...rest } = this.#running ?? { receivedBits: 0, rate: recentRate(this.#nowMs) };
    this.#nowMs = Math.max(this.#nowMs, this.#asked.atMs + ms);
    const bytes = (bits - receivedBits) / 8;
    this.#meter.received(bytes);
    this.#running = { ...rest, receivedBits: bits, rate: markBytes(rate, bytes, this.#nowMs) };
  }

  #judge({ quality, size, bits, level }: HarnessProgress): number {
    const running = this.#running;
    if (!running || quality === 0) return -1;
    const segment = this.#video[0]?.segments[this.#asked.segment];
    const verdict = judgeLoadingSegment({
      remainingBytes: (size - bits) / 8,
      recentBytesPerMs: rateOver(running.rate, this.#nowMs).bps / 8000,
      silentForMs: 0,
      lateForMs: this.#nowMs - (running.lateSinceMs ?? this.#nowMs),
      bufferAheadMs: level,
      lowestBytes: segment ? segment.endByte - segment.startByte : 0,
    });
    if (verdict.abandon) {
      const chosen = this.#choose(level, quality);
      return chosen < quality ? chosen : -1;
    }
    const { lateSinceMs, ...rest } = running;
    this.#running = verdict.late ? { ...rest, lateSinceMs: lateSinceMs ?? this.#nowMs } : rest;
    return -1;
  }
}

function renditionsOf({ kbps, sizes, L }: HarnessConfig['video']): readonly RenditionView[] {
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
  ours: session(({ qoe }) => lookAhead({ utility: qoe === 'log' ? logUtility : bitrateUtility })),
  'ours-bola': session(() => bolaRule),
  'ours-throughput': session(() => throughputRule),
};
