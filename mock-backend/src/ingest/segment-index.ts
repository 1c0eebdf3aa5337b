import type { SegmentIndex } from '@pressplay/protocol/messages';
import { createFile, MP4BoxBuffer } from 'mp4box';
import { IngestError } from './ingest-error.ts';

export interface IndexedFile {
  readonly index: SegmentIndex;
  /** RFC 6381, from the sample description. */
  readonly codec: string;
  readonly durationMs: number;
  /** Ticks per second of the index and of the fragments. */
  readonly timescale: number;
  /** First byte after the last segment. */
  readonly endByte: number;
}

interface SidxReference {
  readonly reference_type: number | boolean;
  readonly referenced_size: number;
  readonly subsegment_duration: number;
}

/** Reads the head of a fragmented MP4: ftyp, moov and sidx, in this order. Bytes after the sidx are not looked at. */
export function readSegmentIndex(head: Uint8Array): IndexedFile {
  const { file, initEnd, sidxEnd } = parseHead(head);
  const sidx: typeof file.sidx | undefined = file.sidx;
  const [track] = file.getInfo().tracks;
  if (!sidx || !track?.codec) throw badOutput('the file has no segment index or no track');
  const references: readonly SidxReference[] = sidx.references;
  if (references.length === 0) throw badOutput('the segment index is empty');
  if (references.some((reference) => Number(reference.reference_type) !== 0))
    throw badOutput('the segment index points to other indexes');
  if (sidx.earliest_presentation_time !== 0)
    throw badOutput(`the file starts at ${sidx.earliest_presentation_time}, not at 0`);
  const sizes = references.map((reference) => reference.referenced_size);
  const toMs = (ticks: number) => Math.round((ticks * 1e6) / sidx.timescale) / 1000;
  const offset0 = sidxEnd + sidx.first_offset;
  return {
    index: {
      initBase64: Buffer.from(head.subarray(0, initEnd)).toString('base64'),
      initEnd,
      offset0,
      sizes,
      durationsMs: references.map((reference) => toMs(reference.subsegment_duration)),
    },
    codec: track.codec,
    timescale: sidx.timescale,
    durationMs: toMs(references.reduce((sum, reference) => sum + reference.subsegment_duration, 0)),
    endByte: offset0 + sizes.reduce((sum, size) => sum + size, 0),
  };
}

function parseHead(head: Uint8Array) {
  const boxes = [...topLevelBoxes(head)];
  const moov = boxes.find((box) => box.type === 'moov');
  const sidx = boxes.find((box) => box.type === 'sidx');
  if (boxes[0]?.type !== 'ftyp' || !moov || !sidx || sidx.startByte < moov.endByte)
    throw badOutput(`expected ftyp, moov and sidx, found ${boxes.map((box) => box.type).join(', ') || 'no box'}`);
  if (sidx.endByte > head.length) throw badOutput('the segment index is cut off');
  const file = createFile();
  const copy = new Uint8Array(head.subarray(0, sidx.endByte));
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy.buffer, 0));
  file.flush();
  return { file, initEnd: moov.endByte, sidxEnd: sidx.endByte };
}

/** When the picture or sound of a fragment starts, on the file's own timeline, in ticks; from its moof. */
export function fragmentStartTicks(moof: Uint8Array): number {
  const file = createFile();
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(moof).buffer, 0));
  file.flush();
  const fragment = file.moofs?.[0]?.trafs[0];
  if (!fragment?.tfdt) throw badOutput('a fragment has no decode time');
  return fragment.tfdt.baseMediaDecodeTime + (fragment.truns[0]?.sample_composition_time_offset[0] ?? 0);
}

export interface TopLevelBox {
  readonly type: string;
  readonly startByte: number;
  /** May lie past the bytes given. */
  readonly endByte: number;
}

/** The boxes of which at least the header lies in the bytes. */
export function* topLevelBoxes(bytes: Uint8Array): Generator<TopLevelBox> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const size32 = view.getUint32(at);
    if (size32 === 1 && at + 16 > bytes.length) return;
    const sizeBytes = size32 === 1 ? Number(view.getBigUint64(at + 8)) : size32;
    if (sizeBytes < 8) throw badOutput(`a box of ${sizeBytes} bytes at byte ${at}`);
    yield { type, startByte: at, endByte: at + sizeBytes };
    at += sizeBytes;
  }
}

export function badOutput(message: string, context: Record<string, string | number> = {}): IngestError {
  return new IngestError('ingest/bad-output', message, context);
}
