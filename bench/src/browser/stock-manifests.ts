import type { PlayResponse } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import { type Presentation, presentationOf, type RenditionView } from '@pressplay/sdk-core';
import { mediaPlaylist, multivariantPlaylist } from '@pressplay/sdk-core/playlists';
import type { PageServer } from './page-server.ts';

/** A pathway of content steering: the same files on one server. */
export interface Pathway {
  readonly id: string;
  readonly baseUrl: string;
}

export interface StockManifests {
  readonly hlsUrl: string;
  readonly dashUrl: string;
}

export interface StockSetUp {
  readonly play: PlayResponse;
  /** In the order of their priority. One alone needs no steering, and none is written. */
  readonly pathways: readonly Pathway[];
  /** Where players find the manifests. */
  readonly manifestOrigin: string;
  readonly folder: string;
}

const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';
const US_PER_MS = 1000;

/** Publishes what a stock player needs to play the files of a granted play from the given servers. */
export function publishStockManifests(pages: PageServer, setUp: StockSetUp): StockManifests {
  const { play, pathways, manifestOrigin, folder } = setUp;
  const presentation = presentationOf(play);
  const urlOf = (pathway: Pathway, view: RenditionView): string => mediaUrl(pathway.baseUrl, play.token, view.fileId);
  for (const pathway of pathways) {
    for (const view of [...presentation.video, ...presentation.audio]) {
      const text = mediaPlaylist(view).replaceAll(view.fileId, urlOf(pathway, view));
      pages.put(`/${folder}/${pathway.id}/${view.renditionId}.m3u8`, HLS, text);
    }
  }
  const priority = pathways.map(({ id }) => id);
  const steering = { VERSION: 1, TTL: 300, 'PATHWAY-PRIORITY': priority, 'SERVICE-LOCATION-PRIORITY': priority };
  pages.put(`/${folder}/steering.json`, 'application/json', JSON.stringify(steering));
  pages.put(`/${folder}/main.m3u8`, HLS, hlsMain(presentation, pathways));
  pages.put(`/${folder}/main.mpd`, DASH, dashMain(presentation, setUp));
  return {
    hlsUrl: `${manifestOrigin}/${folder}/main.m3u8`,
    dashUrl: `${manifestOrigin}/${folder}/main.mpd`,
  };
}

/** Every variant once for each pathway, with an audio group of its own. */
function hlsMain(presentation: Presentation, pathways: readonly Pathway[]): string {
  const lines = multivariantPlaylist(presentation).trim().split('\n');
  const head = lines.slice(0, 3);
  const [first] = pathways;
  const steering =
    pathways.length > 1 && first ? [`#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",PATHWAY-ID="${first.id}"`] : [];
  const perPathway = pathways.flatMap(({ id }) =>
    lines.slice(3).map((line) => inPathway(line, id, pathways.length > 1)),
  );
  return `${[...head, ...steering, ...perPathway].join('\n')}\n`;
}

function inPathway(line: string, id: string, steered: boolean): string {
  if (!line.startsWith('#')) return `${id}/${line}`;
  const own = line
    .replace('GROUP-ID="audio"', `GROUP-ID="audio-${id}"`)
    .replace('AUDIO="audio"', `AUDIO="audio-${id}"`)
    .replace('URI="', `URI="${id}/`);
  return steered && line.startsWith('#EXT-X-STREAM-INF') ? `${own},PATHWAY-ID="${id}"` : own;
}

function dashMain(presentation: Presentation, { play, pathways, manifestOrigin, folder }: StockSetUp): string {
  const bases = pathways.map(
    ({ id, baseUrl }) => `<BaseURL serviceLocation="${id}">${mediaUrl(baseUrl, play.token, '')}</BaseURL>`,
  );
  const steering =
    pathways.length > 1
      ? `<ContentSteering defaultServiceLocation="${pathways[0]?.id}" queryBeforeStart="false">${manifestOrigin}/${folder}/steering.json</ContentSteering>`
      : '';
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:full:2011" minBufferTime="PT2S" mediaPresentationDuration="PT${presentation.durationMs / 1000}S">`,
    ...bases,
    steering,
    '<Period>',
    adaptationSet('video', presentation.video),
    adaptationSet('audio', presentation.audio),
    '</Period>',
    '</MPD>',
  ].join('\n');
}

function adaptationSet(kind: 'video' | 'audio', views: readonly RenditionView[]): string {
  const representations = views.map((view) => representation(kind, view));
  return `<AdaptationSet contentType="${kind}" mimeType="${kind}/mp4" segmentAlignment="true" startWithSAP="1">\n${representations.join('\n')}\n</AdaptationSet>`;
}

function representation(kind: 'video' | 'audio', view: RenditionView): string {
  const size =
    kind === 'video' ? ` width="${view.widthPx}" height="${view.heightPx}" frameRate="${view.frameRate}"` : '';
  const microseconds = (ms: number): number => Math.round(ms * US_PER_MS);
  const timeline = view.segments.map(
    ({ startMs, durationMs }) =>
      `<S t="${microseconds(startMs)}" d="${microseconds(startMs + durationMs) - microseconds(startMs)}"/>`,
  );
  const urls = view.segments.map(({ startByte, endByte }) => `<SegmentURL mediaRange="${startByte}-${endByte - 1}"/>`);
  return [
    `<Representation id="${view.renditionId}" codecs="${view.codec}" bandwidth="${Math.ceil(view.peakBps)}"${size}>`,
    `<BaseURL>${view.fileId}</BaseURL>`,
    `<SegmentList timescale="1000000"><Initialization range="0-${view.initBytes.length - 1}"/>`,
    `<SegmentTimeline>${timeline.join('')}</SegmentTimeline>`,
    ...urls,
    '</SegmentList></Representation>',
  ].join('\n');
}
