import type { IndexFile } from '@pressplay/protocol/messages';
import { checksumOf } from '@pressplay/protocol/wire';
import { PlayerError } from '../errors/player-error.ts';
import type { RenditionView } from '../manifest/presentation.ts';
import { addSegments } from '../manifest/presentation-of.ts';
import { decodeUtf8 } from '../playback-api/utf8.ts';
import type { EngineHost } from '../ports/media-engine.ts';
import type { GrantedPlay } from './playback-client.ts';

/** Damaged bytes are fetched again, each time from another server. */
const MOST_TRIES = 5;

interface Fetching extends Pick<EngineHost, 'fetchRange' | 'notify'> {
  avoidLastServer(ofFile: string): void;
}

/**
 * Fetches the index file of a long film, where there is one, as any range of media, and adds its segments to the
 * presentation: `rest` tells when. It begins a turn later: the first media are asked for before it.
 */
export function bringRest({ response, presentation }: GrantedPlay, play: Fetching): void {
  const { indexFile } = response;
  if (!indexFile) return;
  const bringing = async (): Promise<void> => {
    await undefined;
    const text = decodeUtf8(await fetchIndex(indexFile, play));
    addSegments(presentation, response, JSON.parse(text));
    presentation.rest = undefined;
  };
  presentation.rest = bringing();
  presentation.rest.catch((error) => play.notify({ type: 'failed', cause: 'fetch', error }));
}

async function fetchIndex(file: IndexFile, play: Fetching): Promise<Uint8Array> {
  const { fileId, sizeBytes: endByte } = file;
  // For delivery it is a file of the title; it has no segments, and is not shown.
  const rendition = { ...file, renditionId: 'index', averageBps: 0, segments: [] } as unknown as RenditionView;
  for (let tries = 1; ; tries++) {
    const bytes = new Uint8Array(endByte);
    let at = 0;
    const onBytes = (chunk: Uint8Array): void => {
      bytes.set(chunk, at);
      at += chunk.length;
    };
    await play.fetchRange({ rendition, segmentNumber: 0, startByte: 0, endByte, onBytes });
    if (checksumOf(bytes) === file.checksum) return bytes;
    if (tries === MOST_TRIES) throw new PlayerError('delivery/bad-index', 'The index file came damaged.', { fileId });
    play.avoidLastServer(fileId);
  }
}
