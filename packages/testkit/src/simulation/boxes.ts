/** The few ISO BMFF boxes that a synthetic file needs (ISO/IEC 14496-12). */

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function boxOf(type: string, content: Uint8Array): Uint8Array {
  return concatBytes([boxHead(type, content.length + 8), content]);
}

/** A `moof` with one track of one sample, then the head of the `mdat` that holds it and fills the segment up to `sizeBytes`. */
export function segmentHead(number: number, sizeBytes: number): Uint8Array {
  const sequence = boxOf('mfhd', words(0, number + 1));
  // Offsets count from the moof; the track has number 1.
  const track = boxOf('tfhd', words(0x020000, 1));
  // The run names its data offset and the size of each sample.
  const run = (offset: number, sampleBytes: number): Uint8Array =>
    boxOf('trun', words(0x000201, 1, offset, sampleBytes));
  const fragment = (...sample: [number, number]): Uint8Array =>
    boxOf('moof', concatBytes([sequence, boxOf('traf', concatBytes([track, run(...sample)]))]));
  const dataOffset = fragment(0, 0).length + 8;
  const moof = fragment(dataOffset, sizeBytes - dataOffset);
  return concatBytes([moof, boxHead('mdat', sizeBytes - moof.length)]);
}

/** `sidx`, version 0, with a timescale of 1000: one reference per segment, each starting with a sync sample. */
export function segmentIndexBox(sizes: readonly number[], durationsMs: readonly number[]): Uint8Array {
  const content = new Uint8Array(24 + sizes.length * 12);
  const view = new DataView(content.buffer);
  view.setUint32(4, 1);
  view.setUint32(8, 1000);
  view.setUint16(22, sizes.length);
  sizes.forEach((size, i) => {
    view.setUint32(24 + i * 12, size);
    view.setUint32(28 + i * 12, durationsMs[i] ?? 0);
    view.setUint32(32 + i * 12, 0x90000000);
  });
  return boxOf('sidx', content);
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(4 * i, value);
  });
  return bytes;
}

function boxHead(type: string, sizeBytes: number): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, sizeBytes);
  for (let i = 0; i < 4; i++) head[4 + i] = type.charCodeAt(i);
  return head;
}
