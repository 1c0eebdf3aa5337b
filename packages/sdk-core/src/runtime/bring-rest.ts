import type { IndexFile } from '@pressplay/protocol/messages';
import { checksumOf } from '@pressplay/protocol/wire';
import { PlayerError } from '../errors/player-error.ts';
import type { RenditionView } from '../manifest/presentation.ts';
import { addSegments } from '../manifest/presentation-of.ts';
import { decodeUtf8 } from '../playback-api/utf8.ts';
import type { CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineHost, MediaEngine } from '../ports/media-engine.ts';
import { sleepUntil } from './delivery-wait.ts';
import type { GrantedPlay } from './playback-client.ts';

/** Damaged bytes are fetched again, each time from another server. */
const MOST_DAMAGED = 5;
/** Where no server has the file, another one may be named by then, or filled. */
const ASKED_AGAIN_MS = 10_000;
/** So often while nothing is buffered; what is gets watched first. */
const MOST_STARVED = 2;

interface Fetching extends Pick<EngineHost, 'fetchRange'> {
  readonly closing: CancelSignal;
  readonly fail: (error: unknown) => void;
  avoidLastServer(ofFile: string): void;
}

interface Watching {
  readonly clock: Clock;
  readonly engine: Pick<MediaEngine, 'snapshot'>;
}

/**
 * Fetches the index file of a long film, where there is one, as any range of media, and adds its segments to the
 * presentation: `rest` tells when. It begins a turn later: the first media are asked for before it.
 */
export function bringRest({ response, presentation }: GrantedPlay, play: Fetching, watching: Watching): void {
  const { indexFile } = response;
  if (!indexFile) return;
  const bringing = async (): Promise<void> => {
    await undefined;
    const text = decodeUtf8(await fetchIndex(indexFile, play, watching));
    addSegments(presentation, response, JSON.parse(text));
    presentation.rest = undefined;
  };
  presentation.rest = bringing();
  presentation.rest.catch(play.fail);
}

async function fetchIndex(file: IndexFile, play: Fetching, { clock, engine }: Watching): Promise<Uint8Array> {
  const { fileId, sizeBytes: endByte } = file;
  // For delivery it is a file of the title; it has no segments, and is not shown.
  const rendition = { ...file, renditionId: 'index', averageBps: 0, segments: [] } as unknown as RenditionView;
  for (let damaged = 0, starved = 0; ; ) {
    const bytes = new Uint8Array(endByte);
    let at = 0;
    const onBytes = (chunk: Uint8Array): void => {
      bytes.set(chunk, at);
      at += chunk.length;
    };
    const fetching = play.fetchRange({ rendition, segmentNumber: 0, startByte: 0, endByte, onBytes });
    const error = await fetching.catch((failure: unknown) => failure);
    if (error) {
      starved = engine.snapshot().bufferAheadMs > 0 ? 0 : starved + 1;
      if (starved > MOST_STARVED || play.closing.aborted) throw error;
      await sleepUntil(clock, clock.nowMs() + ASKED_AGAIN_MS, play.closing);
    } else if (checksumOf(bytes) === file.checksum) {
      return bytes;
    } else {
      if (++damaged === MOST_DAMAGED)
        throw new PlayerError('delivery/bad-index', 'The index file came damaged.', { fileId });
      play.avoidLastServer(fileId);
    }
  }
}
