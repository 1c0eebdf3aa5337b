import type { RenditionView } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { type BufferAppendingData, Events, type LevelDetails } from 'hls.js';
import { expect, it } from 'vitest';
import { EarlyInit } from './early-init.ts';

const video = { kind: 'video', codec: 'avc1.42c00d', initBytes: Uint8Array.of(1, 2) } as RenditionView;
const audio = { kind: 'audio', codec: 'mp4a.40.2', initBytes: Uint8Array.of(3) } as RenditionView;

/** What hls.js's buffer controller hears, and hls.js's word that a playlist was read. */
function hlsWith(renditions: Readonly<Record<string, RenditionView>>) {
  const listeners = new Map<string, (name: string, data: { details: LevelDetails }) => void>();
  const heard: (readonly [name: string, data: Record<string, unknown>])[] = [];
  const hls = {
    on: (name: string, listener: () => void) => listeners.set(name, listener),
    trigger: (name: string, data: Record<string, unknown>) => heard.push([name, data]),
  };
  new EarlyInit(hls as unknown as Hls, (frag) => renditions[frag.url ?? '']);
  const loaded = (name: string, type: string, url?: string): void => {
    const initSegment = url === undefined ? null : { url, type, level: 0, sn: 'initSegment' };
    listeners.get(name)?.(name, { details: { fragments: [{ initSegment }] } as unknown as LevelDetails });
  };
  return { heard, loaded };
}

it('announces each track and gives its init segment as soon as its playlist is read, each once', () => {
  const { heard, loaded } = hlsWith({ 'low.mp4': video, 'high.mp4': video, 'sound.mp4': audio });
  loaded(Events.LEVEL_LOADED, 'main', 'low.mp4');
  expect(heard).toMatchObject([
    [Events.BUFFER_CODECS, { video: { id: 'main', container: 'video/mp4', codec: 'avc1.42c00d' } }],
    [Events.BUFFER_APPENDING, { type: 'video', parent: 'main', frag: { url: 'low.mp4' }, data: Uint8Array.of(1, 2) }],
  ]);
  loaded(Events.AUDIO_TRACK_LOADED, 'audio', 'sound.mp4');
  expect(heard.slice(2)).toMatchObject([
    [Events.BUFFER_CODECS, { audio: { id: 'audio', container: 'audio/mp4', codec: 'mp4a.40.2' } }],
    [Events.BUFFER_APPENDING, { type: 'audio', parent: 'audio', data: Uint8Array.of(3) }],
  ]);
  loaded(Events.LEVEL_LOADED, 'main', 'high.mp4');
  expect(heard).toHaveLength(4);
});

it('gives hls.js bytes of its own', () => {
  const { heard, loaded } = hlsWith({ 'low.mp4': video });
  loaded(Events.LEVEL_LOADED, 'main', 'low.mp4');
  const given = heard[1]?.[1] as unknown as BufferAppendingData | undefined;
  expect(given?.data).toEqual(video.initBytes);
  expect(given?.data.buffer).not.toBe(video.initBytes.buffer);
});

it('leaves a playlist without an init segment, and one of which it knows nothing, to hls.js', () => {
  const { heard, loaded } = hlsWith({});
  loaded(Events.LEVEL_LOADED, 'main');
  loaded(Events.LEVEL_LOADED, 'main', 'other.mp4');
  expect(heard).toEqual([]);
});
