import { SegmentGate } from './segment-gate.ts';

/** Whether bytes are a whole fragmented-MP4 segment, or why not. */
export type SegmentVerdict = { readonly ok: true } | { readonly ok: false; readonly problem: string };

/**
 * Checks the box structure (ISO/IEC 14496-12) before a parser sees it: damaged sizes and counts make parsers loop for
 * minutes or read beyond the end. What is inside the media data is the decoder's to judge.
 */
export function checkSegment(bytes: Uint8Array): SegmentVerdict {
  const gate = new SegmentGate(bytes.length);
  const { problem } = gate.push(bytes);
  if (problem !== undefined) return { ok: false, problem };
  return gate.isComplete ? { ok: true } : { ok: false, problem: 'the boxes do not fill the segment' };
}
