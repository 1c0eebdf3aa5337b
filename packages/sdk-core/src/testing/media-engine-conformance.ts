import type { Presentation } from '../manifest/presentation.ts';
import type { Clock } from '../ports/clock.ts';
import { HttpFailure } from '../ports/http-client.ts';
import type { EngineEvent, EngineHost, MediaEngine, RangeRequest, SelectVideoRequest } from '../ports/media-engine.ts';
import { type ConformanceCase, check, checkEqual, conformanceCase } from './conformance.ts';

export interface MediaEngineHarness {
  readonly engine: MediaEngine;
  readonly clock: Clock;
  /** At least 20 s long. */
  readonly presentation: Presentation;
  bytesOf(request: RangeRequest): Uint8Array;
  passMs(durationMs: number): Promise<void>;
  close?(): void | Promise<void>;
}

/** Writes down what an engine does, and gives it bytes in two chunks after a moment. */
class RecordingHost implements EngineHost {
  readonly events: EngineEvent[] = [];
  readonly selections: SelectVideoRequest[] = [];
  readonly requests: RangeRequest[] = [];
  failWith: Error | undefined;
  holdBack = false;
  readonly #harness: MediaEngineHarness;

  constructor(harness: MediaEngineHarness) {
    this.#harness = harness;
  }

  selectVideo(request: SelectVideoRequest): Presentation['video'][number] {
    this.selections.push(request);
    const { video } = this.#harness.presentation;
    const rendition = video[request.segmentNumber % 2] ?? video[0];
    check(rendition !== undefined, 'the presentation has video');
    return rendition;
  }

  judgeDownload(): undefined {}

  selectReplacement(): undefined {}

  async fetchRange(request: RangeRequest): Promise<void> {
    this.requests.push(request);
    await new Promise<void>((resolve) => void this.#harness.clock.schedule(20, resolve));
    while (this.holdBack && !request.signal?.aborted) {
      await new Promise<void>((resolve) => void this.#harness.clock.schedule(20, resolve));
    }
    if (request.signal?.aborted) throw new HttpFailure('aborted', 'aborted');
    if (this.failWith) throw this.failWith;
    const bytes = this.#harness.bytesOf(request);
    request.onBytes(bytes.slice(0, bytes.length >> 1));
    request.onBytes(bytes.slice(bytes.length >> 1));
  }

  notify(event: EngineEvent): void {
    this.events.push(event);
  }

  has(type: EngineEvent['type']): boolean {
    return this.events.some((event) => event.type === type);
  }
}

interface Opened extends MediaEngineHarness {
  readonly host: RecordingHost;
  until(holds: () => boolean, rule: string): Promise<void>;
}

const PATIENCE_MS = 40_000;
const STEP_MS = 50;

function engineCase(name: string, body: (opened: Opened) => Promise<void>): ConformanceCase<MediaEngineHarness> {
  return conformanceCase<MediaEngineHarness>(name, async (harness) => {
    const host = new RecordingHost(harness);
    const until = async (holds: () => boolean, rule: string): Promise<void> => {
      for (let waitedMs = 0; !holds() && waitedMs < PATIENCE_MS; waitedMs += STEP_MS) await harness.passMs(STEP_MS);
      check(holds(), rule);
    };
    try {
      await body({ ...harness, host, until });
    } finally {
      harness.engine.close();
    }
  });
}

export const mediaEngineCases: readonly ConformanceCase<MediaEngineHarness>[] = [
  engineCase(
    'fetches at once, plays when told, and moves with the clock',
    async ({ engine, presentation, host, until, passMs }) => {
      engine.open(presentation, host, { startAtMs: 0 });
      await until(() => host.has('appended'), 'segments are fetched before play');
      check(!host.has('playing'), 'nothing plays before play');
      engine.play();
      await until(() => host.has('playing'), 'plays');
      const before = engine.snapshot().positionMs;
      await passMs(1000);
      const movedMs = engine.snapshot().positionMs - before;
      check(movedMs > 500 && movedMs < 3000, `moved ${movedMs} ms in a second`);
      check(host.has('rendition-shown'), 'says what is shown');
    },
  ),

  engineCase(
    'asks for the ranges of whole segments, each rendition as the host chose it',
    async ({ engine, presentation, host, until }) => {
      engine.open(presentation, host, { startAtMs: 0 });
      engine.play();
      await until(
        () => host.events.filter(({ type }) => type === 'appended').length >= 4,
        'four segments are appended',
      );
      for (const { rendition, segmentNumber, startByte, endByte } of host.requests) {
        const segment = rendition.segments[segmentNumber];
        checkEqual([startByte, endByte], [segment?.startByte, segment?.endByte], 'the range of the segment');
        if (rendition.kind === 'audio') continue;
        checkEqual(rendition.renditionId, presentation.video[segmentNumber % 2]?.renditionId, 'the rendition chosen');
        check(
          host.selections.some((selection) => selection.segmentNumber === segmentNumber),
          'was chosen by the host',
        );
      }
    },
  ),

  engineCase('begins where it is told', async ({ engine, presentation, host, until }) => {
    engine.open(presentation, host, { startAtMs: 10_000 });
    engine.play();
    await until(() => host.has('playing'), 'plays');
    check(Math.abs(engine.snapshot().positionMs - 10_000) < 1000, `position ${engine.snapshot().positionMs}`);
    check(
      host.requests.every(({ segmentNumber }) => segmentNumber > 0),
      'nothing before the start is fetched',
    );
  }),

  engineCase('stands still while paused', async ({ engine, presentation, host, until, passMs }) => {
    engine.open(presentation, host, { startAtMs: 0 });
    engine.play();
    await until(() => host.has('playing'), 'plays');
    engine.pause();
    await until(() => host.has('paused'), 'says that it is paused');
    const { positionMs, paused } = engine.snapshot();
    check(paused, 'the snapshot says paused');
    await passMs(700);
    checkEqual(engine.snapshot().positionMs, positionMs, 'position');
  }),

  engineCase('seeks and says so', async ({ engine, presentation, host, until }) => {
    engine.open(presentation, host, { startAtMs: 0 });
    engine.play();
    await until(() => host.has('playing'), 'plays');
    engine.seek(12_000);
    await until(() => host.has('seeked'), 'says that it arrived');
    check(
      host.events.findIndex(({ type }) => type === 'seeking') < host.events.findIndex(({ type }) => type === 'seeked'),
      'seeking comes first',
    );
    await until(() => engine.snapshot().positionMs > 12_200, 'plays on from there');
    check(engine.snapshot().positionMs < 20_000, 'and from nowhere else');
  }),

  engineCase('waits without bytes and goes on with them', async ({ engine, presentation, host, until }) => {
    engine.open(presentation, host, { startAtMs: 0 });
    engine.play();
    await until(() => host.has('playing'), 'plays');
    const playing = (): number => host.events.filter(({ type }) => type === 'playing').length;
    host.holdBack = true;
    const before = host.events.length;
    engine.seek(16_000);
    await until(() => host.events.slice(before).some(({ type }) => type === 'seeking'), 'seeks');
    const count = playing();
    checkEqual(engine.snapshot().bufferAheadMs < 5000, true, 'no buffer there');
    host.holdBack = false;
    await until(() => playing() > count, 'plays on');
  }),

  engineCase('ends', async ({ engine, presentation, host, until }) => {
    engine.open(presentation, host, { startAtMs: Math.max(0, presentation.durationMs - 1500) });
    engine.play();
    await until(() => host.has('ended'), 'says that it ended');
    check(engine.snapshot().ended, 'the snapshot says ended');
  }),

  engineCase(
    'gives up with the error of its host where a segment cannot be had',
    async ({ engine, presentation, host, until }) => {
      host.failWith = new Error('no server left');
      engine.open(presentation, host, { startAtMs: 0 });
      engine.play();
      await until(() => host.has('failed'), 'says that it failed');
      const failed = host.events.find((event) => event.type === 'failed');
      check(failed?.type === 'failed' && failed.cause === 'fetch' && failed.error === host.failWith, 'cause and error');
    },
  ),

  engineCase(
    'is silent and quiet once closed, and opens again',
    async ({ engine, presentation, host, until, passMs }) => {
      host.holdBack = true;
      engine.open(presentation, host, { startAtMs: 0 });
      engine.play();
      await until(() => host.requests.length > 0, 'fetches');
      engine.close();
      engine.close();
      check(
        host.requests.every(({ signal }) => signal === undefined || signal.aborted),
        'transfers are cancelled',
      );
      const [events, requests] = [host.events.length, host.requests.length];
      await passMs(500);
      checkEqual([host.events.length, host.requests.length], [events, requests], 'events and requests after close');
      host.holdBack = false;
      engine.open(presentation, host, { startAtMs: 0 });
      engine.play();
      await until(() => host.events.slice(events).some(({ type }) => type === 'playing'), 'plays again');
    },
  ),
];
