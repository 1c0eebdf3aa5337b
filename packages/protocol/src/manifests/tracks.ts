import type { AudioRendition, VideoRendition } from '../messages.ts';

/** A rendition, whatever is known of its segments. */
type Described = Omit<VideoRendition, 'index'> | Omit<AudioRendition, 'index'>;

/** What a manifest says of a rendition, whoever writes it. */
export interface Track {
  readonly renditionId: string;
  /** RFC 6381. */
  readonly codec: string;
  readonly averageBps: number;
  readonly peakBps: number;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly frameRate?: number;
  readonly language?: string;
  readonly channels?: number;
}

/** What can be read with a play. */
export interface TextTrack {
  readonly trackId: string;
  readonly language: string;
  readonly kind: 'subtitles' | 'captions' | 'forced';
}

export interface Tracks {
  readonly video: readonly Track[];
  readonly audio: readonly Track[];
  readonly subtitles?: readonly TextTrack[];
}

/** Video by average bit rate, lowest first; sounds in the order of the title. */
export function tracksOf(renditions: readonly Described[], subtitles: readonly TextTrack[] = []): Tracks {
  const video: Track[] = [];
  const audio: Track[] = [];
  for (const rendition of renditions) {
    const { renditionId, codec, averageBps, peakBps } = rendition;
    const common = { renditionId, codec, averageBps, peakBps };
    if (rendition.kind === 'video') {
      const { widthPx, heightPx, frameRate } = rendition.video;
      video.push({ ...common, widthPx, heightPx, frameRate });
    } else {
      const { language, channels } = rendition.audio;
      audio.push({ ...common, language, channels });
    }
  }
  return { video: video.sort((a, b) => a.averageBps - b.averageBps), audio, subtitles };
}

/** Stands apart from every rendition id: those have no dots. */
export const textTrackName = ({ trackId }: Pick<TextTrack, 'trackId'>): string => `text.${trackId}`;

/** BCP 47, or undefined where nobody knows. */
export const languageOf = ({ language }: Track): string | undefined => (language === 'und' ? undefined : language);
