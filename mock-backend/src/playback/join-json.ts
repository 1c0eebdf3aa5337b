const encoder = new TextEncoder();
/** Answers are pieces of larger memory: one of their own for each costs more than to fill it. A slow reader keeps as much. */
const SLAB_BYTES = 128 * 1024;
/** Of those that nobody reads any more. */
const SPARE_SLABS = 16;
const UTF8_BYTES_A_CHARACTER = 3;
/** Before each answer, for whoever sends it behind a head of its own. */
const HEAD_ROOM_BYTES = 512;

/**
 * Memory for answers, used again once all of them are out: new memory for each counts with the garbage collector, which
 * then goes over the whole heap every few thousand plays.
 */
class Slab {
  readonly bytes: Uint8Array<ArrayBuffer>;
  used = 0;
  /** Answers in it that are not out yet. */
  answers = 0;

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
  }
}

let slab = new Slab(0);
const spare: Slab[] = [];
const slabOf = new WeakMap<ArrayBuffer, Slab>();

/** Texts and bytes that are UTF-8 already, one after the other: the bytes are copied, not read. */
export function joinJson(parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  let mostBytes = HEAD_ROOM_BYTES;
  for (const part of parts)
    mostBytes += typeof part === 'string' ? part.length * UTF8_BYTES_A_CHARACTER : part.byteLength;
  if (slab.used + mostBytes > slab.bytes.length) slab = slabFor(mostBytes);
  const { bytes } = slab;
  const start = slab.used + HEAD_ROOM_BYTES;
  let used = start;
  for (const part of parts) {
    if (typeof part === 'string') used += encoder.encodeInto(part, bytes.subarray(used)).written;
    else {
      bytes.set(part, used);
      used += part.byteLength;
    }
  }
  slab.used = used;
  slab.answers++;
  return bytes.subarray(start, used);
}

/** So many bytes before it are nobody's, and whoever holds it may write there. */
export const headRoomOf = ({ buffer }: Uint8Array<ArrayBuffer>): number => (slabOf.has(buffer) ? HEAD_ROOM_BYTES : 0);

/** Nobody reads this answer any more: its memory is used again. Where nobody says so, the garbage collector finds out. */
export function releaseJson({ buffer }: Uint8Array<ArrayBuffer>): void {
  const left = slabOf.get(buffer);
  if (!left || --left.answers > 0) return;
  left.used = 0;
  if (left !== slab && left.bytes.length === SLAB_BYTES && spare.length < SPARE_SLABS) spare.push(left);
}

function slabFor(mostBytes: number): Slab {
  const fits = mostBytes <= SLAB_BYTES ? spare.pop() : undefined;
  if (fits) return fits;
  const made = new Slab(Math.max(SLAB_BYTES, mostBytes));
  slabOf.set(made.bytes.buffer, made);
  return made;
}
