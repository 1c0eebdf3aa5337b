import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { etagOf } from '@pressplay/protocol';
import type { CatalogRendition, SegmentIndex } from '@pressplay/protocol/messages';
import { type AudioRung, fpsOf, SEGMENT_S, type VideoRung } from './choose-ladder.ts';
import { badOutput, fragmentStartTicks, type IndexedFile, readSegmentIndex, topLevelBoxes } from './segment-index.ts';

const FIRST_READ_BYTES = 64 * 1024;

/** What the catalog keeps of one encoded file; throws `ingest/bad-output` where a player could not use it. */
export async function describeRendition(path: string, rung: VideoRung | AudioRung): Promise<CatalogRendition> {
  const { renditionId } = rung;
  const handle = await open(path, 'r');
  try {
    const { size: sizeBytes } = await handle.stat();
    const indexed = readSegmentIndex(await readHead(handle));
    const { index, codec, endByte } = indexed;
    if (endByte !== sizeBytes)
      throw badOutput(`the index ends at byte ${endByte}, the file at ${sizeBytes}`, { renditionId });
    await expectFragments(handle, indexed, renditionId);
    const sha256 = await sha256Of(path);
    const fileId = sha256.slice(0, 32);
    const file = {
      renditionId,
      fileId,
      etag: etagOf(fileId, sizeBytes),
      sizeBytes,
      codec,
      ...ratesOf(index),
      index,
      sha256,
    };
    if (rung.kind === 'audio')
      return { kind: 'audio', ...file, audio: { language: rung.language, channels: 2, sampleRateHz: 48_000 } };
    const frameRate = Math.round(fpsOf(rung.frameRate) * 1000) / 1000;
    return { kind: 'video', ...file, video: { widthPx: rung.widthPx, heightPx: rung.heightPx, frameRate } };
  } finally {
    await handle.close();
  }
}

/** A segment shorter than half the usual (the last may be one frame) says nothing about the peak rate. */
export function ratesOf({ sizes, durationsMs }: Pick<SegmentIndex, 'sizes' | 'durationsMs'>): {
  averageBps: number;
  peakBps: number;
} {
  const totalMs = durationsMs.reduce((sum, ms) => sum + ms, 0);
  const averageBps = Math.round((sizes.reduce((sum, size) => sum + size, 0) * 8000) / totalMs);
  const telling = sizes.map((size, i) =>
    (durationsMs[i] ?? 0) >= SEGMENT_S * 500 ? (size * 8000) / (durationsMs[i] ?? 1) : 0,
  );
  return { averageBps, peakBps: Math.max(averageBps, Math.round(Math.max(...telling))) };
}

/** From the start up to the end of the sidx; most heads fit the first read. */
async function readHead(handle: FileHandle): Promise<Uint8Array> {
  const first = await readAt(handle, 0, FIRST_READ_BYTES);
  const sidx = [...topLevelBoxes(first)].find((box) => box.type === 'sidx');
  return sidx && sidx.endByte > first.length ? readAt(handle, 0, sidx.endByte) : first;
}

/**
 * Each segment must be one moof and one mdat, and its first picture or sound must come exactly when the index says:
 * a player places segments by the index, and renditions whose times differ would jump at each change.
 */
async function expectFragments(handle: FileHandle, indexed: IndexedFile, renditionId: string): Promise<void> {
  const { sizes, durationsMs, offset0 } = indexed.index;
  let startByte = offset0;
  let startMs = 0;
  for (const [segmentNumber, size] of sizes.entries()) {
    const bytes = await readAt(handle, startByte, size);
    const boxes = [...topLevelBoxes(bytes)];
    const types = boxes.map((box) => box.type).join();
    if (types !== 'moof,mdat')
      throw badOutput(`segment ${segmentNumber} holds ${types}`, { renditionId, segmentNumber });
    const actualMs = (fragmentStartTicks(bytes.subarray(0, boxes[0]?.endByte)) * 1000) / indexed.timescale;
    if (Math.abs(actualMs - startMs) > 1)
      throw badOutput(`segment ${segmentNumber} starts at ${actualMs} ms, not ${startMs}`, {
        renditionId,
        segmentNumber,
      });
    startByte += size;
    startMs += durationsMs[segmentNumber] ?? 0;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
