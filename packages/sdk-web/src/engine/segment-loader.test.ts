import { HttpFailure, PlayerError, type RangeRequest, type RenditionView } from '@pressplay/sdk-core';
import type { FragmentLoaderContext, LoaderCallbacks, LoaderConfiguration } from 'hls.js';
import { describe, expect, it } from 'vitest';
import { SegmentLoader } from './segment-loader.ts';

const rendition: RenditionView = {
  renditionId: 'v720',
  kind: 'video',
  fileId: 'f',
  etag: '"e"',
  sizeBytes: 1000,
  codec: 'avc1.64001f',
  averageBps: 1,
  peakBps: 1,
  initBytes: Uint8Array.of(1, 2, 3),
  segments: [],
};

/** `moof { traf { tfhd, trun of no samples } }`, `mdat`: the smallest segment. */
const SEGMENT = Uint8Array.from([
  ...[
    0,
    0,
    0,
    48,
    ...ascii('moof'),
    0,
    0,
    0,
    40,
    ...ascii('traf'),
    0,
    0,
    0,
    16,
    ...ascii('tfhd'),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
  ],
  ...[0, 0, 0, 16, ...ascii('trun'), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, ...ascii('mdat')],
]);

function ascii(type: string): number[] {
  return [...type].map((character) => character.charCodeAt(0));
}

/** A loader whose range is in the test's hands, and what it told hls.js. */
function loading(sn: number | 'initSegment' = 4, progressive = false, held?: Promise<void>) {
  const told: string[] = [];
  const gaveUp: unknown[] = [];
  let data: unknown;
  let request: RangeRequest | undefined;
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  const loader = new SegmentLoader({
    renditionAt: () => rendition,
    fetchRange: (asked) => {
      request = asked;
      return new Promise((resolve, reject) => {
        settle = { resolve, reject };
        asked.signal?.addEventListener('abort', () => reject(new HttpFailure('aborted', 'cancelled')));
      });
    },
    mayHandOver: () => held,
    gaveUp: (cause, error) => void gaveUp.push([cause, error]),
  });
  const callbacks: LoaderCallbacks<FragmentLoaderContext> = {
    onSuccess: (response) => {
      told.push('success');
      data = response.data;
    },
    onError: ({ code }) => void told.push(`error ${code}`),
    onTimeout: () => void told.push('timeout'),
    onAbort: () => void told.push('abort'),
    ...(progressive && { onProgress: () => void told.push('progress') }),
  };
  const context = {
    url: 'pressplay://title/f',
    rangeStart: 100,
    rangeEnd: 156,
    frag: { sn },
  } as unknown as FragmentLoaderContext;
  loader.load(context, {} as LoaderConfiguration, callbacks);
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return { loader, told, gaveUp, turn, data: () => data, request: () => request, settle: () => settle };
}

describe('the segment loader', () => {
  it('asks the core for the byte range of the segment, and joins its chunks', async () => {
    const { request, settle, turn, told, data } = loading();
    expect(request()).toMatchObject({ segmentNumber: 4, startByte: 100, endByte: 156 });
    request()?.onBytes(SEGMENT.subarray(0, 20));
    request()?.onBytes(SEGMENT.subarray(20));
    settle()?.resolve();
    await turn();
    expect(told).toEqual(['success']);
    expect(new Uint8Array(data() as ArrayBuffer)).toEqual(SEGMENT);
  });

  it('keeps the statistics current while it loads, because hls.js reads them', () => {
    const { loader, request } = loading();
    expect(loader.stats).toMatchObject({ total: 56, loaded: 0, loading: { first: 0, end: 0 } });
    request()?.onBytes(new Uint8Array(4));
    expect(loader.stats).toMatchObject({ total: 56, loaded: 4, chunkCount: 1, aborted: false });
    expect(loader.stats.loading.first).toBeGreaterThanOrEqual(loader.stats.loading.start);
  });

  it('answers the init segment from the play response, with a copy of its own', async () => {
    const { request, turn, data, told } = loading('initSegment');
    await turn();
    expect(told).toEqual(['success']);
    expect(request()).toBeUndefined();
    expect(new Uint8Array(data() as ArrayBuffer)).toEqual(rendition.initBytes);
    expect(data()).not.toBe(rendition.initBytes.buffer);
  });

  it('tells hls.js of an abort, once, and stops the transfer', async () => {
    const { loader, request, turn, told, gaveUp } = loading();
    loader.abort();
    loader.abort();
    await turn();
    expect(told).toEqual(['abort']);
    expect(request()?.signal?.aborted).toBe(true);
    expect(loader.stats.aborted).toBe(true);
    expect(gaveUp).toEqual([]);
  });

  it('stops the transfer on destroy, and says nothing', async () => {
    const { loader, request, turn, told } = loading();
    loader.destroy();
    request()?.onBytes(new Uint8Array(4));
    await turn();
    expect(told).toEqual([]);
    expect(request()?.signal?.aborted).toBe(true);
    expect(loader.stats.loaded).toBe(0);
  });

  it('does not count a finished load as aborted when hls.js cleans up', async () => {
    const { loader, request, settle, turn } = loading();
    request()?.onBytes(SEGMENT);
    settle()?.resolve();
    await turn();
    loader.destroy();
    expect(loader.stats.aborted).toBe(false);
    expect(request()?.signal?.aborted).toBe(false);
  });

  it('reports the core giving up as an error that hls.js does not retry, and the error itself apart', async () => {
    const { settle, turn, told, gaveUp } = loading();
    const error = new PlayerError('delivery/no-server-left', 'None.');
    settle()?.reject(error);
    await turn();
    expect(told).toEqual(['error 0']);
    expect(gaveUp).toEqual([['fetch', error]]);
  });

  it('keeps damaged bytes from hls.js and says that they do not decode', async () => {
    const { request, settle, turn, told, gaveUp } = loading();
    request()?.onBytes(new Uint8Array(56));
    settle()?.resolve();
    await turn();
    expect(told).toEqual(['error 0']);
    expect(gaveUp).toEqual([['decode', new Error('v720 segment 4: the boxes do not fill the segment')]]);
  });

  it('holds a whole segment until hls.js can make use of it', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { request, settle, turn, told } = loading(4, false, held);
    request()?.onBytes(SEGMENT);
    settle()?.resolve();
    await turn();
    expect(told).toEqual([]);
    release();
    await turn();
    expect(told).toEqual(['success']);
  });

  it('hands over nothing that hls.js gave up while it was held', async () => {
    const { loader, request, settle, turn, told } = loading(4, false, Promise.resolve());
    request()?.onBytes(SEGMENT);
    settle()?.resolve();
    loader.abort();
    await turn();
    expect(told).toEqual(['abort']);
  });

  it('hands over an empty whole where hls.js appended the chunks already', async () => {
    const { request, settle, turn, told, data } = loading(4, true);
    request()?.onBytes(SEGMENT);
    settle()?.resolve();
    await turn();
    expect(told).toEqual(['progress', 'success']);
    expect((data() as ArrayBuffer).byteLength).toBe(0);
  });
});
