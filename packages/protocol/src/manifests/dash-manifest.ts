import type { Rendition, SegmentIndex } from '../messages.ts';
import { type SegmentRange, segmentRanges } from './segment-ranges.ts';
import { languageOf, type TextTrack, type Track, textTrackName, tracksOf } from './tracks.ts';

/** The same files at one place. */
export interface DashLocation {
  readonly serviceLocation: string;
  /** Ends with a slash; a file's id follows. */
  readonly baseUrl: string;
}

export interface DashPresentation {
  readonly titleName: string;
  readonly durationMs: number;
  readonly renditions: readonly Rendition[];
  readonly subtitles?: readonly (TextTrack & { readonly fileId: string; readonly sizeBytes: number })[];
  /** The first is where a player begins. */
  readonly locations: readonly DashLocation[];
  /** Where a player asks which location to take (ETSI TS 103 998), with scheme and host: dash.js resolves it against the page. */
  readonly steeringUrl?: string;
}

/**
 * A static MPD (ISO/IEC 23009-1): one file a representation, its segments listed. With an index in the file instead
 * (`SegmentBase`) Shaka resolves all addresses when it reads that index, and no steering moves it afterwards.
 */
export function dashManifest(presentation: DashPresentation): string {
  const { titleName, durationMs, renditions, subtitles = [], locations, steeringUrl } = presentation;
  const { video, audio } = tracksOf(renditions);
  const fileOf = new Map(renditions.map((rendition) => [rendition.renditionId, rendition]));
  const sets = [...adaptationSets('video', video), ...adaptationSets('audio', audio)];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    element('MPD', {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles: 'urn:mpeg:dash:profile:full:2011',
      type: 'static',
      mediaPresentationDuration: `PT${durationMs / 1000}S`,
      minBufferTime: 'PT2S',
    }),
    `<ProgramInformation><Title>${escaped(titleName)}</Title></ProgramInformation>`,
    ...locations.map(
      ({ serviceLocation, baseUrl }) => `${element('BaseURL', { serviceLocation })}${escaped(baseUrl)}</BaseURL>`,
    ),
    ...steeringElement(steeringUrl, locations),
    '<Period>',
    ...sets.flatMap(({ head, tracks }) => [
      head,
      ...tracks.flatMap((track) => representation(track, fileOf.get(track.renditionId))),
      '</AdaptationSet>',
    ]),
    ...subtitles.flatMap((track, number) => textSet(track, TEXT_SETS_FROM + number, durationMs)),
    '</Period>',
    '</MPD>',
    '',
  ].join('\n');
}

function steeringElement(url: string | undefined, [first]: readonly DashLocation[]): string[] {
  if (url === undefined || !first) return [];
  const attributes = { defaultServiceLocation: first.serviceLocation, queryBeforeStart: 'false' };
  return [`${element('ContentSteering', attributes)}${escaped(url)}</ContentSteering>`];
}

const VIDEO_SETS_FROM = 1;
const AUDIO_SETS_FROM = 101;
const TEXT_SETS_FROM = 201;

/** Only what a player can change between without a gap lies in one set: the same kind, codec family and language. */
function adaptationSets(kind: 'video' | 'audio', tracks: readonly Track[]) {
  const sets = new Map<string, { head: string; tracks: Track[] }>();
  for (const track of tracks) {
    const lang = languageOf(track);
    const key = `${track.codec.split('.', 1)[0]} ${lang}`;
    const head = element('AdaptationSet', {
      id: String(sets.size + (kind === 'video' ? VIDEO_SETS_FROM : AUDIO_SETS_FROM)),
      contentType: kind,
      mimeType: `${kind}/mp4`,
      lang,
      segmentAlignment: 'true',
      startWithSAP: '1',
    });
    const set = sets.get(key) ?? { head, tracks: [] };
    set.tracks.push(track);
    sets.set(key, set);
  }
  return [...sets.values()];
}

const ROLE_OF_TEXT = { subtitles: 'subtitle', captions: 'caption', forced: 'forced-subtitle' } as const;

type SubtitleFile = NonNullable<DashPresentation['subtitles']>[number];

/** One WebVTT file, whole. */
function textSet(track: SubtitleFile, id: number, durationMs: number): string[] {
  const bandwidth = Math.ceil((track.sizeBytes * 8000) / durationMs);
  return [
    element('AdaptationSet', { id: String(id), contentType: 'text', mimeType: 'text/vtt', lang: track.language }),
    element('Role', { schemeIdUri: 'urn:mpeg:dash:role:2011', value: ROLE_OF_TEXT[track.kind] }, '/'),
    element('Representation', { id: textTrackName(track), bandwidth: String(bandwidth) }),
    `<BaseURL>${track.fileId}</BaseURL>`,
    '</Representation>',
    '</AdaptationSet>',
  ];
}

const CHANNELS_SCHEME = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011';

function representation(track: Track, rendition: Rendition | undefined): string[] {
  if (!rendition) return [];
  const { fileId, index } = rendition;
  const head = element('Representation', {
    id: track.renditionId,
    codecs: track.codec,
    bandwidth: String(Math.ceil(track.peakBps)),
    width: track.widthPx?.toString(),
    height: track.heightPx?.toString(),
    frameRate: track.frameRate === undefined ? undefined : frameRateText(track.frameRate),
    audioSamplingRate: rendition.kind === 'audio' ? String(rendition.audio.sampleRateHz) : undefined,
  });
  const channels = track.channels?.toString();
  return [
    head,
    ...(channels ? [element('AudioChannelConfiguration', { schemeIdUri: CHANNELS_SCHEME, value: channels }, '/')] : []),
    `<BaseURL>${fileId}</BaseURL>`,
    ...segmentList(index),
    '</Representation>',
  ];
}

const US_PER_MS = 1000;

function segmentList(index: SegmentIndex): string[] {
  const ranges = segmentRanges(index);
  return [
    element('SegmentList', { timescale: String(1000 * US_PER_MS) }),
    element('Initialization', { range: `0-${index.initEnd - 1}` }, '/'),
    `<SegmentTimeline>${timeline(ranges).join('')}</SegmentTimeline>`,
    ...ranges.map(({ startByte, endByte }) =>
      element('SegmentURL', { mediaRange: `${startByte}-${endByte - 1}` }, '/'),
    ),
    '</SegmentList>',
  ];
}

/**
 * Each border is rounded by itself, so that no error adds up. One entry a segment: of a list, dash.js plays only as many
 * segments as there are entries, whatever their repeats.
 */
function timeline(ranges: readonly SegmentRange[]): string[] {
  let startMs = 0;
  return ranges.map(({ durationMs }) => {
    const startUs = Math.round(startMs * US_PER_MS);
    startMs += durationMs;
    return element('S', { t: String(startUs), d: String(Math.round(startMs * US_PER_MS) - startUs) }, '/');
  });
}

/** A whole number, or a ratio: 29.97 is 30000/1001. */
function frameRateText(frameRate: number): string {
  if (Number.isInteger(frameRate)) return String(frameRate);
  const nominal = Math.round(frameRate);
  const isNtsc = Math.abs(frameRate - (nominal * 1000) / 1001) < 0.005;
  return isNtsc ? `${nominal * 1000}/1001` : `${Math.round(frameRate * 1000)}/1000`;
}

/** An opening tag, or with `end` an empty element. */
function element(name: string, attributes: Readonly<Record<string, string | undefined>>, end = ''): string {
  const parts = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(value)}"`],
  );
  return `<${name}${parts.join('')}${end}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters are not XML at all. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (c) => ENTITIES[c] ?? c);
