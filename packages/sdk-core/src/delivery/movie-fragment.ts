export interface Box {
  readonly type: string;
  readonly start: number;
  /** Of its content, after the header. */
  readonly contentStart: number;
  /** Exclusive. */
  readonly end: number;
}

export const BOX_HEADER_BYTES = 8;
export const LARGE_BOX_HEADER_BYTES = 16;

/** Bytes per sample for each of the flags of a `trun`: duration, size, flags, composition offset. */
const SAMPLE_SIZE_FIELD = 0x200;
const SAMPLE_FIELDS = [0x100, SAMPLE_SIZE_FIELD, 0x400, 0x800];
const DATA_OFFSET_FIELD = 0x1;
const FIRST_FLAGS_FIELD = 0x4;

/** The header of the box at `start`, whatever its size claims; undefined where more bytes are needed to tell. */
export function readBox(view: DataView, start: number, end: number): Box | undefined {
  if (end - start < BOX_HEADER_BYTES) return undefined;
  const small = view.getUint32(start);
  const isLarge = small === 1;
  if (isLarge && end - start < LARGE_BOX_HEADER_BYTES) return undefined;
  const size = isLarge ? view.getUint32(start + 8) * 2 ** 32 + view.getUint32(start + 12) : small;
  const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(start + offset)));
  const contentStart = start + (isLarge ? LARGE_BOX_HEADER_BYTES : BOX_HEADER_BYTES);
  return { type, start, contentStart, end: start + size };
}

/** What the samples of a `moof` take in the media data, by its own account, or what is wrong with it. */
export function readFragment(
  view: DataView,
  fragment: Box,
  segmentBytes: number,
): { readonly sampleBytes: number } | { readonly problem: string } {
  const tracks = boxesIn(view, fragment.contentStart, fragment.end)?.filter(({ type }) => type === 'traf');
  if (!tracks || tracks.length === 0) return { problem: 'a moof without whole tracks' };
  let sampleBytes = 0;
  for (const track of tracks) {
    const read = readTrack(view, track, segmentBytes);
    if ('problem' in read) return read;
    sampleBytes += read.sampleBytes;
  }
  return sampleBytes > segmentBytes ? { problem: 'samples larger than the segment' } : { sampleBytes };
}

function readTrack(view: DataView, track: Box, segmentBytes: number): ReturnType<typeof readFragment> {
  const boxes = boxesIn(view, track.contentStart, track.end);
  if (!boxes) return { problem: 'the boxes do not fill a track' };
  const header = boxes.find(({ type }) => type === 'tfhd');
  const runs = boxes.filter(({ type }) => type === 'trun');
  if (!header || runs.length === 0) return { problem: 'a track without header or samples' };
  const defaultBytes = defaultSampleBytes(view, header);
  let sampleBytes = 0;
  for (const run of runs) {
    if (!isWholeRun(view, run, segmentBytes)) return { problem: 'a run of samples of another size than it says' };
    sampleBytes += bytesOfRun(view, run, defaultBytes);
  }
  return { sampleBytes };
}

function isWholeRun(view: DataView, run: Box, segmentBytes: number): boolean {
  if (run.end - run.contentStart < 8) return false;
  const { flags, count, samplesAt } = readRun(view, run);
  const entryBytes = 4 * SAMPLE_FIELDS.filter((field) => flags & field).length;
  // Samples without fields of their own take no room, so that nothing else would bound their number.
  return run.end === samplesAt + count * entryBytes && (entryBytes > 0 || count <= segmentBytes);
}

function readRun(view: DataView, { contentStart }: Box): { flags: number; count: number; samplesAt: number } {
  const flags = view.getUint32(contentStart) & 0xffffff;
  const optional = (flags & DATA_OFFSET_FIELD ? 4 : 0) + (flags & FIRST_FLAGS_FIELD ? 4 : 0);
  return { flags, count: view.getUint32(contentStart + 4), samplesAt: contentStart + 8 + optional };
}

function bytesOfRun(view: DataView, run: Box, defaultBytes: number): number {
  const { flags, count, samplesAt } = readRun(view, run);
  if (!(flags & SAMPLE_SIZE_FIELD)) return count * defaultBytes;
  const fields = SAMPLE_FIELDS.filter((field) => flags & field);
  let bytes = 0;
  for (let at = samplesAt + 4 * fields.indexOf(SAMPLE_SIZE_FIELD); at < run.end; at += 4 * fields.length) {
    bytes += view.getUint32(at);
  }
  return bytes;
}

/** 0 where the track's header names none: then it stands in the init segment. */
function defaultSampleBytes(view: DataView, { contentStart, end }: Box): number {
  if (end - contentStart < 8) return 0;
  const flags = view.getUint32(contentStart);
  if (!(flags & 0x10)) return 0;
  const at = contentStart + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0);
  return at + 4 <= end ? view.getUint32(at) : Number.POSITIVE_INFINITY;
}

/** The boxes that fill `[start, end)` exactly; undefined where they do not. */
function boxesIn(view: DataView, start: number, end: number): Box[] | undefined {
  const boxes: Box[] = [];
  let at = start;
  while (at < end) {
    const box = readBox(view, at, end);
    if (!box || box.end < box.contentStart || box.end > end) return undefined;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}
