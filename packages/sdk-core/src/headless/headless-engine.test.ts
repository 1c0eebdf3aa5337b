import { describe, expect, it } from 'vitest';
import type { Presentation, SegmentView } from '../manifest/presentation.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import type { Clock } from '../ports/clock.ts';
import { HttpFailure } from '../ports/http-client.ts';
import type {
  DownloadProgress,
  EngineEvent,
  EngineHost,
  RangeRequest,
  ReplacementRequest,
} from '../ports/media-engine.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { HeadlessEngine } from './headless-engine.ts';

/** 10 segments of 4 s; each fetch takes `fetchMs()`. */
function stage(
  options: {
    fetchMs?: (request: RangeRequest) => number;
    bytes?: (size: number) => number;
    startAtMs?: number;
    /** How much too soon timers fire, as they do in Node. */
    timersEarlyMs?: number;
    host?: Partial<EngineHost>;
    presentation?: Presentation;
  } = {},
) {
  const clock = new VirtualClock();
  const { presentation = presentationOf(samplePlayResponse()) } = options;
  const events: (EngineEvent & { atMs: number })[] = [];
  const asked: RangeRequest[] = [];
  const host: EngineHost = {
    selectVideo: ({ segmentNumber }) => presentation.video[segmentNumber < 2 ? 0 : 1]!,
    judgeDownload: () => undefined,
    selectReplacement: () => undefined,
    async fetchRange(request) {
      asked.push(request);
      const { signal } = request;
      const cancelled = new Promise<void>((resolve) => signal?.addEventListener('abort', resolve));
      await Promise.race([clock.sleep(options.fetchMs?.(request) ?? 100), cancelled]);
      if (request.signal?.aborted) throw new HttpFailure('aborted', 'aborted');
      const size = request.endByte - request.startByte;
      request.onBytes(new Uint8Array(options.bytes?.(size) ?? size));
    },
    notify: (event) => events.push({ ...event, atMs: clock.nowMs() }),
    ...options.host,
  };
  const engineClock: Clock = {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    schedule: (delayMs, callback) => clock.schedule(delayMs - (options.timersEarlyMs ?? 0), callback),
  };
  const engine = new HeadlessEngine({ clock: engineClock, bufferGoalMs: 12_000 });
  engine.open(presentation, host, { startAtMs: options.startAtMs ?? 0 });
  const of = (type: EngineEvent['type']): number[] =>
    events.filter((event) => event.type === type).map(({ atMs }) => atMs);
  return { clock, engine, events, asked, presentation, of };
}

describe('the headless engine', () => {
  it('plays faster and slower as the viewer wishes, also what is opened later', async () => {
    const { clock, engine, of } = stage();
    engine.setPlaybackRate(2);
    engine.play();
    await clock.advance(5100);
    expect(engine.snapshot()).toMatchObject({ positionMs: 10_000, rate: 2 });
    engine.setPlaybackRate(0.5);
    await clock.advance(4000);
    expect(engine.snapshot().positionMs).toBe(12_000);
    engine.setPlaybackRate(4);
    await clock.advance(60_000);
    expect(of('waiting')).toEqual([0]);
    expect(of('ended')[0]).toBeCloseTo(9100 + 28_000 / 4, 0);
    expect(() => engine.setPlaybackRate(0)).toThrow(/above 0/);
  });

  it('starts when the first segment of each track is there, and plays to the end in clock time', async () => {
    const { clock, engine, of } = stage({ fetchMs: ({ rendition }) => (rendition.kind === 'audio' ? 50 : 100) });
    engine.play();
    await clock.advance(60_000);
    expect(of('waiting')).toEqual([0]);
    expect(of('playing')).toEqual([100]);
    expect(of('ended')).toEqual([40_100]);
    expect(of('appended')).toHaveLength(20);
    expect(engine.snapshot()).toEqual({ positionMs: 40_000, bufferAheadMs: 0, paused: true, ended: true, rate: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends at the very end, also where a timer fires a moment early', async () => {
    const { clock, engine } = stage({ timersEarlyMs: 0.3 });
    engine.play();
    await clock.advance(60_000);
    expect(engine.snapshot()).toMatchObject({ positionMs: 40_000, ended: true });
  });

  it('waits at the end of what it knows of a long film, without a look at the clock, and goes on when the rest comes', async () => {
    const presentation = presentationOf(samplePlayResponse({ segments: 4 }));
    let come = (): void => {};
    presentation.rest = new Promise((resolve) => {
      come = resolve;
    });
    const { clock, engine, of } = stage({ presentation });
    engine.play();
    await clock.advance(60_000);
    expect(engine.snapshot()).toMatchObject({ positionMs: 16_000, ended: false });
    expect(of('waiting')).toEqual([0, 16_100]);
    expect(clock.pendingTimers).toBe(0);
    const whole = presentationOf(samplePlayResponse());
    const views = [...whole.video, ...whole.audio];
    for (const [at, { segments }] of [...presentation.video, ...presentation.audio].entries())
      (segments as SegmentView[]).push(...(views[at]?.segments.slice(4) ?? []));
    presentation.rest = undefined;
    come();
    await clock.advance(60_000);
    expect(of('playing')).toEqual([100, 60_100]);
    expect(of('ended')).toEqual([84_100]);
  });

  it('keeps to its buffer goal', async () => {
    const { clock, engine } = stage();
    engine.play();
    await clock.runUntil(() => engine.snapshot().positionMs >= 20_000);
    expect(engine.snapshot().bufferAheadMs).toBeGreaterThan(8000);
    expect(engine.snapshot().bufferAheadMs).toBeLessThanOrEqual(16_100);
  });

  it('leaves the line to the picture: sound is never more than a segment ahead', async () => {
    const { clock, engine, asked } = stage({ fetchMs: ({ rendition }) => (rendition.kind === 'video' ? 3000 : 100) });
    engine.play();
    await clock.advance(20_000);
    const numbers = (kind: string) =>
      asked.filter((one) => one.rendition.kind === kind).map((one) => one.segmentNumber);
    expect(numbers('video')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(numbers('audio')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await clock.advance(60_000);
    expect(engine.snapshot().ended).toBe(true);
  });

  it('waits when its buffer is empty, and goes on where it stopped', async () => {
    const { clock, engine, of, events } = stage({
      fetchMs: ({ segmentNumber }) => (segmentNumber === 5 ? 30_000 : 100),
    });
    engine.play();
    await clock.advance(90_000);
    expect(of('waiting')).toEqual([0, 20_100]);
    expect(of('playing')[1]).toBeGreaterThan(30_000);
    const stalledMs = (of('playing')[1] ?? 0) - 20_100;
    expect(of('ended')).toEqual([40_100 + stalledMs]);
    expect(events.filter(({ type }) => type === 'appended')).toHaveLength(20);
  });

  it('says what is on screen when that changes, not when it is chosen', async () => {
    const { clock, engine, of } = stage();
    engine.play();
    await clock.advance(60_000);
    expect(of('rendition-shown')).toEqual([100, 8100]);
  });

  it('keeps its place while paused', async () => {
    const { clock, engine } = stage();
    engine.play();
    await clock.advance(5000);
    engine.pause();
    const { positionMs } = engine.snapshot();
    await clock.advance(50_000);
    expect(engine.snapshot()).toMatchObject({ positionMs, paused: true });
    engine.play();
    await clock.advance(1000);
    expect(engine.snapshot().positionMs).toBe(positionMs + 1000);
  });

  it('seeks inside the buffer without a request', async () => {
    const { clock, engine, asked, of } = stage();
    engine.play();
    await clock.advance(3000);
    const before = asked.length;
    engine.seek(6000);
    expect(engine.snapshot().positionMs).toBe(6000);
    expect(of('seeked')).toEqual([3000]);
    expect(asked.slice(before).every(({ segmentNumber }) => segmentNumber > 1)).toBe(true);
  });

  it('drops its transfers on a seek outside of the buffer and goes on there', async () => {
    const { clock, engine, asked, of } = stage({ fetchMs: () => 500 });
    engine.play();
    await clock.advance(700);
    const inFlight = asked.slice(-2);
    engine.seek(33_000);
    expect(inFlight.every(({ signal }) => signal?.aborted)).toBe(true);
    expect(asked.slice(-2).map(({ segmentNumber }) => segmentNumber)).toEqual([8, 8]);
    await clock.advance(20_000);
    expect(of('seeked')).toEqual([1200]);
    expect(of('ended')).toEqual([1200 + 7000]);
  });

  it('begins where it is told', async () => {
    const { clock, engine, asked, of } = stage({ startAtMs: 30_000 });
    engine.play();
    await clock.advance(20_000);
    expect(asked[0]?.segmentNumber).toBe(7);
    expect(of('ended')).toEqual([10_100]);
  });

  it('calls a segment of the wrong length damaged', async () => {
    const { clock, engine, events } = stage({ bytes: (size) => size - 1 });
    engine.play();
    await clock.advance(1000);
    expect(events.find(({ type }) => type === 'failed')).toMatchObject({
      cause: 'decode',
      error: { code: 'media/decode' },
    });
  });

  it('gives a slow segment up for the smaller one that its host names, and says which bytes were for nothing', async () => {
    const judged: DownloadProgress[] = [];
    const { clock, engine, events, asked, presentation } = stage({
      fetchMs: ({ rendition, segmentNumber }) =>
        segmentNumber === 3 && rendition.averageBps === 800_000 ? 30_000 : 100,
      host: {
        judgeDownload: (progress) => {
          judged.push(progress);
          return progress.elapsedMs >= 1000 ? presentation.video[0] : undefined;
        },
      },
    });
    engine.play();
    await clock.advance(60_000);
    const third = asked.filter(({ segmentNumber, rendition }) => segmentNumber === 3 && rendition.kind === 'video');
    expect(third.map(({ rendition }) => rendition)).toEqual([presentation.video[1], presentation.video[0]]);
    expect(third[0]?.signal?.aborted).toBe(true);
    expect(judged.map(({ elapsedMs }) => elapsedMs)).toEqual([250, 500, 750, 1000]);
    expect(events.filter(({ type }) => type === 'discarded')).toMatchObject([
      { rendition: presentation.video[1], segmentNumber: 3, bytes: 0 },
    ]);
    expect(events.at(-1)?.type).toBe('ended');
    expect(events.filter(({ type }) => type === 'waiting')).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never judges audio', async () => {
    const { clock, engine, presentation } = stage({
      fetchMs: ({ rendition }) => (rendition.kind === 'audio' ? 900 : 100),
      host: {
        judgeDownload: ({ rendition }) => {
          throw new Error(`asked about ${rendition.renditionId}`);
        },
      },
    });
    engine.play();
    await clock.advance(60_000);
    expect(engine.snapshot().positionMs).toBe(presentation.durationMs);
  });

  /** Its host wants segment 4 in the best rendition as soon as it is in the buffer. */
  function replacing(options: { fetchMs?: number; withinMs?: number } = {}) {
    const seen: ReplacementRequest[] = [];
    const staged = stage({
      fetchMs: ({ rendition }) => (rendition.averageBps === 1_600_000 ? (options.fetchMs ?? 100) : 100),
      host: {
        selectReplacement: (request) => {
          seen.push(request);
          const rendition = staged.presentation.video[2];
          const wanted = request.buffered.find(({ segmentNumber }) => segmentNumber === 4);
          if (!rendition || !wanted || wanted.rendition === rendition || wanted.dueInMs <= 1000) return undefined;
          return { segmentNumber: 4, rendition, withinMs: options.withinMs ?? 5000 };
        },
      },
    });
    return { ...staged, seen };
  }

  it('replaces a buffered segment, shows the better one, and says what the other one cost', async () => {
    const { clock, engine, events, presentation, seen } = replacing();
    engine.play();
    await clock.advance(60_000);
    const old = presentation.video[1]?.segments[4];
    expect(events.filter(({ type }) => type === 'discarded')).toMatchObject([
      { rendition: presentation.video[1], segmentNumber: 4, bytes: (old?.endByte ?? 0) - (old?.startByte ?? 0) },
    ]);
    const shown = events.flatMap((event) => (event.type === 'rendition-shown' ? [event.rendition] : []));
    expect(shown).toEqual([0, 1, 2, 1].map((rung) => presentation.video[rung]));
    expect(events.filter(({ type }) => type === 'waiting')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('ended');
    for (const { buffered, segmentNumber } of seen) {
      expect(buffered[0]?.dueInMs).toBeLessThanOrEqual(0);
      expect(buffered.at(-1)?.segmentNumber).toBe(segmentNumber - 1);
    }
  });

  it('gives a replacement up that takes too long, and plays what it has', async () => {
    const { clock, engine, events, presentation } = replacing({ fetchMs: 30_000, withinMs: 700 });
    engine.play();
    await clock.advance(60_000);
    const discarded = events.filter(({ type }) => type === 'discarded');
    expect(discarded.length).toBeGreaterThan(0);
    for (const event of discarded) expect(event).toMatchObject({ rendition: presentation.video[2], segmentNumber: 4 });
    expect(events.filter(({ type }) => type === 'waiting')).toHaveLength(1);
    expect(engine.snapshot().ended).toBe(true);
  });

  it('is silent once closed', async () => {
    const { clock, engine, events, asked } = stage();
    engine.play();
    await clock.advance(1000);
    engine.close();
    engine.close();
    const before = events.length;
    await clock.advance(60_000);
    expect(events).toHaveLength(before);
    expect(asked.length).toBeLessThan(20);
    expect(clock.pendingTimers).toBe(0);
  });
});
