import type { RenditionView } from '@pressplay/sdk-core';
import { type AbrContext, type AbrFunction, lookAhead, selectRendition } from '@pressplay/sdk-core/abr';
import { seededRandom } from '@pressplay/sdk-core/testing';
import { AbandonWatch } from '../../packages/sdk-core/src/abr/abandon-watch.ts';
import { judgeSlowness } from '../../packages/sdk-core/src/delivery/too-slow.ts';
import { Pace } from '../../packages/sdk-core/src/runtime/delivery-pace.ts';
import { ServerBook } from '../../packages/sdk-core/src/runtime/delivery-server-book.ts';
import {
  type HarnessConfig,
  type HarnessContext,
  type HarnessProgress,
  type HarnessTransfer,
  renditionsOf,
  utilityOf,
} from './abr-adapter.ts';

interface ServerConfig extends HarnessConfig {
  readonly servers: number;
}

/** What a silent or slow server has sent is lost here: it is waited for longer than a player that loses nothing would. */
const MIN_SILENCE_MS = 1000;
const MAX_SILENCE_MS = 4000;
/** Nor can a piece of a segment measure another server: all of it goes there, where this share of the buffer is full. */
const EXPLORE_FROM = 0.6;

interface OfServer {
  readonly server: number;
}

/**
 * One session of the harness's multi-server suite, with the play's own book of servers. There a range comes whole from
 * one server and what was received of it is lost with the server, so it is left only where all of it would be there
 * sooner elsewhere; in the player the rest goes on from the byte reached (`servers/play-scene.ts`).
 */
export class ServerSession {
  readonly name = 'pressplay';
  readonly #rule: AbrFunction;
  readonly #video: readonly RenditionView[];
  readonly #bufferGoalMs: number;
  readonly #book: ServerBook;
  readonly #watch: AbandonWatch;
  #nowMs = 0;
  #asked = { atMs: 0, segment: 0, rung: 0, lastRung: -1, server: 0 };
  #running: { receivedBits: number; movedAtMs: number; readonly pace: Pace } | undefined;

  constructor({ video, bufferMs, qoe, servers }: ServerConfig) {
    this.#watch = new AbandonWatch({ utility: utilityOf(qoe) });
    this.#rule = lookAhead({ utility: utilityOf(qoe) });
    this.#video = renditionsOf(video);
    this.#bufferGoalMs = bufferMs - video.L;
    const indices = Array.from({ length: servers }, (_, index) => index);
    this.#book = new ServerBook({ nowMs: () => this.#nowMs }, seededRandom(1), () => {});
    this.#book.use({
      token: '',
      expiresAtMs: Number.POSITIVE_INFINITY,
      servers: indices.map((rank) => ({
        ocaId: String(rank),
        siteId: `site-${rank}`,
        siteClass: 'embedded' as const,
        baseUrl: `http://${rank}.test`,
        rank,
      })),
      fileServers: Object.fromEntries(this.#video.map(({ fileId }) => [fileId, indices])),
    });
  }

  decide({ segment, level, now, lastQuality }: HarnessContext) {
    this.#nowMs = now;
    this.#asked = { ...this.#asked, segment, lastRung: lastQuality };
    const quality = this.#choose(level);
    const view = this.#video[quality];
    const neededInMs = Math.max(1000, level);
    const bytes = this.#bytesOf(quality);
    const query = {
      fileId: view?.fileId ?? '',
      bytes,
      neededInMs,
      mediaBps: view?.averageBps ?? 0,
      avoid: new Set<string>(),
    };
    const choice = this.#book.choose(query);
    const isTooLong = choice?.bytes !== undefined && level < EXPLORE_FROM * this.#bufferGoalMs;
    const server = Number((isTooLong ? this.#book.preferredId : choice?.ocaId) ?? 0);
    this.#begin(now, quality, server);
    return { quality, server };
  }

  onProgress(progress: HarnessProgress & OfServer): number | { readonly quality: number; readonly server: number } {
    this.#receive(progress);
    const running = this.#running;
    if (!running) return -1;
    const ocaId = String(progress.server);
    const [other] = this.#book.others(ocaId, this.#queryFor(progress.quality));
    const { recentBps, recentSpanMs } = running.pace.recent();
    const neededInMs = progress.level;
    const silentMs = this.#nowMs - running.movedAtMs;
    const isSilent = silentMs > Math.min(MAX_SILENCE_MS, Math.max(MIN_SILENCE_MS, neededInMs / 4));
    const verdict = judgeSlowness({
      remainingBytes: (progress.size - progress.bits) / 8,
      recentBps,
      recentSpanMs,
      neededInMs,
      mediaBps: this.#video[progress.quality]?.averageBps ?? 0,
      ...(other && { other }),
    });
    if (!other || !(isSilent || verdict.move)) return this.#giveUp(progress);
    this.#leave(ocaId, recentBps, isSilent);
    const quality = Math.min(progress.quality, this.#choose(progress.level));
    this.#asked = { ...this.#asked, rung: quality, server: Number(other.ocaId) };
    return { quality, server: Number(other.ocaId) };
  }

  onDownloaded(transfer: HarnessTransfer & OfServer & { readonly aborted: boolean; readonly quality: number }): void {
    this.#receive(transfer);
    const ocaId = String(transfer.server);
    this.#book.meter(ocaId).ended();
    if (!transfer.aborted) this.#book.noteSuccess(ocaId, this.#video[transfer.quality]?.fileId ?? '');
    // After a move the harness asks again without another decision.
    this.#begin(this.#asked.atMs + transfer.ms, this.#asked.rung, this.#asked.server);
  }

  #begin(atMs: number, rung: number, server: number): void {
    this.#asked = { ...this.#asked, atMs, rung, server };
    this.#running = undefined;
    this.#watch.begin(this.#book.expectation().throughputBps);
  }

  #choose(bufferAheadMs: number): number {
    return this.#video.indexOf(selectRendition(this.#context(bufferAheadMs), this.#rule).rendition as RenditionView);
  }

  /** A smaller one from the same server, where that is worth more. */
  #giveUp({ quality, bits, ms, ttfb, level, server }: HarnessProgress & OfServer) {
    const loading = this.#video[quality];
    if (!loading) return -1;
    const report = { loading, receivedBytes: bits / 8, elapsedMs: ms, firstByteAfterMs: ttfb };
    const { instead } = this.#watch.judge({ ...this.#context(level), ...report });
    if (!instead) return -1;
    const rung = this.#video.indexOf(instead);
    this.#asked = { ...this.#asked, rung, server };
    return { quality: rung, server };
  }

  #context(bufferAheadMs: number): AbrContext {
    return {
      video: this.#video,
      segmentNumber: this.#asked.segment,
      bufferAheadMs,
      bufferGoalMs: this.#bufferGoalMs,
      ...this.#book.expectation(),
      current: this.#video[this.#asked.lastRung],
    };
  }

  #leave(ocaId: string, recentBps: number, isSilent: boolean): void {
    const startedAtMs = this.#asked.atMs;
    const failure = { ocaId, fileId: '', reason: 'stalled', scope: 'host', startedAtMs } as const;
    if (isSilent) this.#book.noteFailure(failure);
    else this.#book.noteTooSlow(ocaId, recentBps);
  }

  #receive({ bits, ms, ttfb, server }: HarnessTransfer & OfServer): void {
    const meter = this.#book.meter(String(server));
    if (!this.#running) {
      this.#nowMs = this.#asked.atMs + ttfb;
      meter.answered(ttfb);
      this.#book.began(String(server));
      this.#running = { receivedBits: 0, movedAtMs: this.#nowMs, pace: new Pace({ nowMs: () => this.#nowMs }) };
    }
    this.#nowMs = Math.max(this.#nowMs, this.#asked.atMs + ms);
    const bytes = (bits - this.#running.receivedBits) / 8;
    meter.received(bytes);
    this.#running.pace.received(bytes);
    // Less than a packet is silence.
    if (bits - this.#running.receivedBits > 12_000) this.#running.movedAtMs = this.#nowMs;
    this.#running.receivedBits = bits;
  }

  #bytesOf(rung: number): number {
    const segment = this.#video[rung]?.segments[this.#asked.segment];
    return segment ? segment.endByte - segment.startByte : 0;
  }

  #queryFor(rung: number) {
    return { fileId: this.#video[rung]?.fileId ?? '', bytes: this.#bytesOf(rung), avoid: new Set<string>() };
  }
}

/** What the harness's `run-servers.mjs` runs beside its own. */
export const SERVER_ALGOS = { ours: (config: ServerConfig) => new ServerSession(config) };
