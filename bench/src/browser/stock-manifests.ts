import { dashManifest, mediaPlaylist, multivariantPlaylist } from '@pressplay/protocol/manifests';
import type { PlayResponse } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import { presentationOf } from '@pressplay/sdk-core';
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

/** Publishes what a stock player needs to play the files of a granted play from the given servers. */
export function publishStockManifests(pages: PageServer, setUp: StockSetUp): StockManifests {
  const { play, pathways, manifestOrigin, folder } = setUp;
  const { video, audio, titleName, durationMs } = presentationOf(play);
  const isSteered = pathways.length > 1;
  const playlistUri = ({ id }: Pathway, name: string): string => (isSteered ? `${id}/${name}.m3u8` : `${name}.m3u8`);
  for (const pathway of pathways)
    for (const { renditionId, fileId, initBytes, segments } of [...video, ...audio]) {
      const uri = mediaUrl(pathway.baseUrl, play.token, fileId);
      const text = mediaPlaylist({ uri, initEnd: initBytes.length, segments });
      pages.put(`/${folder}/${playlistUri(pathway, renditionId)}`, HLS, text);
    }
  const priority = pathways.map(({ id }) => id);
  const steering = { VERSION: 1, TTL: 300, 'PATHWAY-PRIORITY': priority, 'SERVICE-LOCATION-PRIORITY': priority };
  pages.put(`/${folder}/steering.json`, 'application/json', JSON.stringify(steering));
  const hlsSteering = {
    serverUri: 'steering.json',
    pathways: pathways.map((pathway) => ({
      pathwayId: pathway.id,
      playlistUri: (name: string) => playlistUri(pathway, name),
    })),
  };
  pages.put(`/${folder}/main.m3u8`, HLS, multivariantPlaylist({ video, audio }, isSteered ? hlsSteering : undefined));
  const mpd = dashManifest({
    titleName,
    durationMs,
    renditions: play.fileSets.flatMap(({ renditions }) => renditions),
    locations: pathways.map(({ id, baseUrl }) => ({
      serviceLocation: id,
      baseUrl: mediaUrl(baseUrl, play.token, ''),
    })),
    ...(isSteered && { steeringUrl: `${manifestOrigin}/${folder}/steering.json` }),
  });
  pages.put(`/${folder}/main.mpd`, DASH, mpd);
  return {
    hlsUrl: `${manifestOrigin}/${folder}/main.m3u8`,
    dashUrl: `${manifestOrigin}/${folder}/main.mpd`,
  };
}
