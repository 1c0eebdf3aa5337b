/** Whether bytes are a whole fragmented-MP4 segment, or why not. */
export type SegmentVerdict = { readonly ok: true } | { readonly ok: false; readonly problem: string };

interface Box {
  readonly type: string;
  /** Of its content, after the header. */
  readonly start: number;
  readonly end: number;
}

const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

/** Bytes per sample for each of the flags of a `trun`: duration, size, flags, composition offset. */
const SAMPLE_SIZE_FIELD = 0x200;
const SAMPLE_FIELDS = [0x100, SAMPLE_SIZE_FIELD, 0x400, 0x800];
const DATA_OFFSET_FIELD = 0x1;
const FIRST_FLAGS_FIELD = 0x4;

/**
 * Checks the box structure (ISO/IEC 14496-12) before a parser sees it: damaged sizes and counts make parsers loop for
 * minutes or read beyond the end. What is inside the media data is the decoder's to judge.
 */
export function checkSegment(bytes: Uint8Array): SegmentVerdict {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const top = boxesIn(view, 0, bytes.length);
  if (!top) return broken('the boxes do not fill the segment');
  const fragments = top.filter(({ type }) => type === 'moof');
  if (fragments.length === 0 || !top.some(({ type }) => type === 'mdat')) return broken('no moof and mdat');
  for (const fragment of fragments) {
    const tracks = boxesIn(view, fragment.start, fragment.end)?.filter(({ type }) => type === 'traf');
    if (!tracks || tracks.length === 0) return broken('a moof without whole tracks');
    for (const track of tracks) {
      const problem = trackProblem(view, track);
      if (problem) return broken(problem);
    }
  }
  return { ok: true };
}

function trackProblem(view: DataView, track: Box): string | undefined {
  const boxes = boxesIn(view, track.start, track.end);
  if (!boxes) return 'the boxes do not fill a track';
  const header = boxes.find(({ type }) => type === 'tfhd');
  const runs = boxes.filter(({ type }) => type === 'trun');
  if (!header || runs.length === 0) return 'a track without header or samples';
  const defaultBytes = defaultSampleBytes(view, header);
  let sampleBytes = 0;
  for (const run of runs) {
    if (!isWholeRun(view, run)) return 'a run of samples of another size than it says';
    sampleBytes += bytesOfRun(view, run, defaultBytes);
  }
  return sampleBytes > view.byteLength ? 'samples larger than the segment' : undefined;
}

function isWholeRun(view: DataView, run: Box): boolean {
  if (run.end - run.start < HEADER_BYTES) return false;
  const { flags, count, samplesAt } = readRun(view, run);
  const entryBytes = 4 * SAMPLE_FIELDS.filter((field) => flags & field).length;
  // Samples without fields of their own take no room, so that nothing else would bound their number.
  return run.end === samplesAt + count * entryBytes && (entryBytes > 0 || count <= view.byteLength);
}

function readRun(view: DataView, { start }: Box): { flags: number; count: number; samplesAt: number } {
  const flags = view.getUint32(start) & 0xffffff;
  const optional = (flags & DATA_OFFSET_FIELD ? 4 : 0) + (flags & FIRST_FLAGS_FIELD ? 4 : 0);
  return { flags, count: view.getUint32(start + 4), samplesAt: start + HEADER_BYTES + optional };
}

/** What the samples of a whole run take in the media data, by its own account. */
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
function defaultSampleBytes(view: DataView, { start, end }: Box): number {
  if (end - start < HEADER_BYTES) return 0;
  const flags = view.getUint32(start);
  if (!(flags & 0x10)) return 0;
  const at = start + HEADER_BYTES + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0);
  return at + 4 <= end ? view.getUint32(at) : Number.POSITIVE_INFINITY;
}

/** The boxes that fill `[start, end)` exactly; undefined where they do not. */
function boxesIn(view: DataView, start: number, end: number): Box[] | undefined {
  const boxes: Box[] = [];
  let at = start;
  while (at < end) {
    if (end - at < HEADER_BYTES) return undefined;
    const small = view.getUint32(at);
    const isLarge = small === 1 && end - at >= LARGE_HEADER_BYTES;
    const size = isLarge ? view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12) : small;
    const headerBytes = isLarge ? LARGE_HEADER_BYTES : HEADER_BYTES;
    if (size < headerBytes || size > end - at) return undefined;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    boxes.push({ type, start: at + headerBytes, end: at + size });
    at += size;
  }
  return boxes;
}

const broken = (problem: string): SegmentVerdict => ({ ok: false, problem });
