import { describe, expect, it } from 'vitest';
import { readProbe } from './probe.ts';

const video = { index: 0, codec_type: 'video', width: 1920, height: 1080, avg_frame_rate: '25/1', duration: '12.5' };
const audio = { index: 1, codec_type: 'audio', channels: 2, tags: { language: 'eng' } };
const probe = (...streams: object[]) => readProbe(JSON.stringify({ streams, format: { duration: '13' } }), 'clip');

describe('what ffprobe says', () => {
  it('is read for an ordinary file', () => {
    expect(probe(video, audio)).toEqual({
      video: { streamIndex: 0, widthPx: 1920, heightPx: 1080, frameRate: 25, interlaced: false },
      audio: { streamIndex: 1, channels: 2, language: 'en' },
      text: [],
      durationMs: 12_500,
    });
  });

  it('tells what can be read, and passes over pictures of text', () => {
    const text = { codec_type: 'subtitle', codec_name: 'subrip' };
    const streams = [
      { ...text, index: 2, tags: { language: 'ger' } },
      { ...text, index: 3, codec_name: 'hdmv_pgs_subtitle', tags: { language: 'fre' } },
      { ...text, index: 4, codec_name: 'ass', tags: { language: 'eng' }, disposition: { hearing_impaired: 1 } },
      { ...text, index: 5, codec_name: 'mov_text', disposition: { forced: 1, hearing_impaired: 1 } },
    ];
    expect(probe(video, ...streams).text).toEqual([
      { streamIndex: 2, language: 'de', kind: 'subtitles' },
      { streamIndex: 4, language: 'en', kind: 'captions' },
      { streamIndex: 5, language: 'und', kind: 'forced' },
    ]);
  });

  it('shows a phone clip as it was held', () => {
    const turned = { ...video, side_data_list: [{ rotation: -90 }] };
    expect(probe(turned).video).toMatchObject({ widthPx: 1080, heightPx: 1920 });
  });

  it('widens an anamorphic picture to square pixels', () => {
    expect(probe({ ...video, width: 720, height: 576, sample_aspect_ratio: '64:45' }).video).toMatchObject({
      widthPx: 1024,
      heightPx: 576,
    });
  });

  it('does not take a cover picture for a film', () => {
    const cover = { ...video, disposition: { attached_pic: 1 } };
    expect(() => probe(cover, audio)).toThrow(
      expect.objectContaining({ code: 'ingest/no-video', context: { source: 'clip', found: 'video, audio' } }),
    );
    expect(probe(cover, { ...video, index: 2 }).video.streamIndex).toBe(2);
  });

  it('prefers the tracks marked as default', () => {
    const other = { ...audio, index: 2, disposition: { default: 1 }, tags: { language: 'not a language' } };
    expect(probe(video, audio, other).audio).toEqual({ streamIndex: 2, channels: 2, language: 'und' });
  });

  it('falls back where the file does not say its rate or length', () => {
    const vague = { ...video, avg_frame_rate: '0/0', r_frame_rate: '50/1', duration: 'N/A' };
    expect(probe(vague)).toMatchObject({ video: { frameRate: 50 }, durationMs: 13_000 });
    expect(probe({ ...vague, tags: { DURATION: '00:01:02.500000000' } }).durationMs).toBe(62_500);
  });
});
