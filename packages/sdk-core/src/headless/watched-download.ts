import { PlayerError } from '../errors/player-error.ts';
import type { RenditionView } from '../manifest/presentation.ts';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { EngineHost } from '../ports/media-engine.ts';

/** How often a running download is looked at. */
const LOOK_EVERY_MS = 250;

export interface WatchedDownload {
  readonly host: EngineHost;
  readonly clock: Clock;
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly signal: CancelSignal;
  /** Asked now and then: 'go-on', 'stop', or the rendition to load in its place. */
  readonly judge: (seen: SeenBytes) => 'go-on' | 'stop' | RenditionView;
}

export interface SeenBytes {
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  readonly firstByteAfterMs?: number | undefined;
}

/** Gives the rendition that came in the end: the one asked for, or what was loaded in its place; none where it was stopped. */
export async function downloadWatched(download: WatchedDownload): Promise<RenditionView | undefined> {
  let rendition: RenditionView | undefined = download.rendition;
  while (rendition) {
    const instead = await downloadOnce({ ...download, rendition });
    if (instead === 'came') return rendition;
    rendition = instead;
  }
  return undefined;
}

async function downloadOnce(download: WatchedDownload): Promise<'came' | RenditionView | undefined> {
  const { host, clock, rendition, segmentNumber, signal } = download;
  const segment = rendition.segments[segmentNumber];
  if (!segment) return undefined;
  const { startByte, endByte } = segment;
  const startedAtMs = clock.nowMs();
  const cancellation = new CancelController();
  const cancel = (): void => cancellation.cancel();
  let seen: SeenBytes = { rendition, segmentNumber, elapsedMs: 0, receivedBytes: 0 };
  let verdict: 'go-on' | 'stop' | RenditionView = 'go-on';
  let cancelLook = (): void => {};
  const onBytes = (chunk: Uint8Array): void => {
    const elapsedMs = clock.nowMs() - startedAtMs;
    const receivedBytes = seen.receivedBytes + chunk.length;
    seen = { ...seen, elapsedMs, receivedBytes, firstByteAfterMs: seen.firstByteAfterMs ?? elapsedMs };
  };
  const look = (): void => {
    verdict = download.judge({ ...seen, elapsedMs: clock.nowMs() - startedAtMs });
    if (verdict === 'go-on') cancelLook = clock.schedule(LOOK_EVERY_MS, look);
    else cancel();
  };
  cancelLook = clock.schedule(LOOK_EVERY_MS, look);
  signal.addEventListener('abort', cancel);
  try {
    await host.fetchRange({ rendition, segmentNumber, startByte, endByte, onBytes, signal: cancellation.signal });
    if (seen.receivedBytes !== endByte - startByte) throw wrongLength(seen);
    return 'came';
  } catch (error) {
    if (verdict === 'go-on' || signal.aborted) throw error;
    host.notify({ type: 'discarded', rendition, segmentNumber, bytes: seen.receivedBytes });
    return verdict === 'stop' ? undefined : verdict;
  } finally {
    cancelLook();
    signal.removeEventListener('abort', cancel);
  }
}

function wrongLength({ rendition: { renditionId }, segmentNumber, receivedBytes }: SeenBytes): PlayerError {
  const context = { renditionId, segmentNumber, receivedBytes };
  return new PlayerError('media/decode', `Segment ${segmentNumber} came with ${receivedBytes} bytes.`, context);
}
