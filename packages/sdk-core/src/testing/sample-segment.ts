/** The head of a fragmented-MP4 segment of `sizeBytes`: a `moof` with one track of one sample, and the head of its `mdat`. */
export function sampleSegmentHead(sizeBytes: number): Uint8Array {
  const headBytes = box('moof', fragment(0)).length + 8;
  return join([box('moof', fragment(sizeBytes - headBytes)), words(sizeBytes - headBytes + 8), letters('mdat')]);
}

/** `bytes` with the head of a segment over their first ones. */
export function asSegment(bytes: Uint8Array): Uint8Array {
  const segment = bytes.slice();
  segment.set(sampleSegmentHead(bytes.length));
  return segment;
}

/** Flags 0x200: the run names the size of each sample. */
const fragment = (sampleBytes: number): Uint8Array =>
  box('traf', join([box('tfhd', words(0, 1)), box('trun', words(0x200, 1, sampleBytes))]));

const box = (type: string, content: Uint8Array): Uint8Array =>
  join([words(content.length + 8), letters(type), content]);

const letters = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
