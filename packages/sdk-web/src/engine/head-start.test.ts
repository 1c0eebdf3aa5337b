import { CancelController, HttpFailure, type RangeRequest, type RenditionView } from '@pressplay/sdk-core';
import { describe, expect, it } from 'vitest';
import { HeadStart } from './head-start.ts';

const view = (renditionId: string, kind: 'video' | 'audio'): RenditionView => ({
  renditionId,
  kind,
  fileId: renditionId,
  etag: '"e"',
  sizeBytes: 300,
  codec: 'avc1.64001f',
  averageBps: 1,
  peakBps: 1,
  initBytes: new Uint8Array(0),
  segments: [
    { startMs: 0, durationMs: 2000, startByte: 100, endByte: 200 },
    { startMs: 2000, durationMs: 2000, startByte: 200, endByte: 300 },
  ],
});

const low = view('low', 'video');
const high = view('high', 'video');
const sound = view('sound', 'audio');

/** A head start over ranges that the test delivers. */
function stage() {
  const asked: (RangeRequest & { finish(): void; fail(error: unknown): void })[] = [];
  const headStart = new HeadStart(
    (request) =>
      new Promise((resolve, reject) => {
        request.signal?.addEventListener('abort', () => reject(new HttpFailure('aborted', 'cancelled')));
        asked.push({ ...request, finish: resolve, fail: reject });
      }),
  );
  const received: number[] = [];
  const ask = (rendition: RenditionView, segmentNumber = 0, signal?: CancelController['signal']): Promise<void> => {
    const { startByte, endByte } = rendition.segments[segmentNumber] ?? { startByte: 0, endByte: 0 };
    const onBytes = (chunk: Uint8Array): void => void received.push(...chunk);
    return headStart.fetchRange({ rendition, segmentNumber, startByte, endByte, onBytes, ...(signal && { signal }) });
  };
  return { headStart, asked, received, ask };
}

describe('a head start', () => {
  it('asks at once, and gives what came before and after hls.js asked, in order', async () => {
    const { headStart, asked, received, ask } = stage();
    headStart.begin(low, 0);
    expect(asked).toMatchObject([{ rendition: low, segmentNumber: 0, startByte: 100, endByte: 200 }]);
    asked[0]?.onBytes(Uint8Array.of(1, 2));
    const delivered = ask(low);
    asked[0]?.onBytes(Uint8Array.of(3));
    asked[0]?.finish();
    await delivered;
    expect(received).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(1);
  });

  it('cancels what was begun and asks anew, when hls.js wants another rendition', () => {
    const { headStart, asked, ask } = stage();
    headStart.begin(low, 0);
    void ask(high);
    expect(asked[0]?.signal?.aborted).toBe(true);
    expect(asked[1]).toMatchObject({ rendition: high });
  });

  it('does not touch the other track', async () => {
    const { headStart, asked, received, ask } = stage();
    headStart.begin(low, 0);
    headStart.begin(sound, 0);
    const delivered = ask(low);
    expect(asked[1]?.signal?.aborted).toBe(false);
    asked[0]?.finish();
    await delivered;
    void ask(sound);
    asked[1]?.onBytes(Uint8Array.of(7));
    expect(received).toEqual([7]);
    expect(asked).toHaveLength(2);
  });

  it('is asked for once: the same segment again is a new request', async () => {
    const { headStart, asked, ask } = stage();
    headStart.begin(low, 0);
    const first = ask(low);
    asked[0]?.finish();
    await first;
    void ask(low);
    expect(asked).toHaveLength(2);
    expect(headStart.renditionFor(0)).toBeUndefined();
  });

  it('holds the choice of rendition until it was asked for', () => {
    const { headStart, ask } = stage();
    headStart.begin(low, 0);
    headStart.begin(sound, 0);
    expect(headStart.renditionFor(0)).toBe(low);
    expect(headStart.renditionFor(1)).toBeUndefined();
    void ask(low);
    expect(headStart.renditionFor(0)).toBeUndefined();
  });

  it('tells who asks that the range has failed meanwhile', async () => {
    const { headStart, asked, ask } = stage();
    headStart.begin(low, 0);
    asked[0]?.fail(new Error('no server left'));
    await Promise.resolve();
    await expect(ask(low)).rejects.toThrow('no server left');
  });

  it('ends with the request that took it over, and with the playback', async () => {
    const { headStart, asked, ask } = stage();
    headStart.begin(low, 0);
    headStart.begin(sound, 0);
    const controller = new CancelController();
    const delivered = ask(low, 0, controller.signal);
    controller.cancel();
    await expect(delivered).rejects.toMatchObject({ kind: 'aborted' });
    headStart.close();
    expect(asked.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
  });

  it('begins nothing where there is no such segment', () => {
    const { headStart, asked } = stage();
    headStart.begin(low, 9);
    headStart.begin(undefined, 0);
    expect(asked).toEqual([]);
  });
});
