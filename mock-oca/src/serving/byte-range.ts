export type RangeDecision =
  | { readonly kind: 'whole'; readonly reason: 'no-range' | 'other-unit' | 'several-ranges' }
  | { readonly kind: 'part'; readonly startByte: number; readonly endByte: number }
  | { readonly kind: 'unsatisfiable'; readonly reason: 'malformed' | 'outside-file' };

interface Part {
  readonly startByte: number;
  readonly endByte: number;
}

const UNIT = /^bytes=(.+)$/i;
const FROM_TO = /^ *(\d+) *- *(\d*) *$/;
const SUFFIX = /^ *-(\d+) *$/;
/** nginx counts bytes in 63 bits and refuses what needs more. */
const MOST_BYTES = 2n ** 63n - 1n;

/**
 * Which bytes a `Range` header asks for; `endByte` is exclusive. As nginx with `max_ranges 1`: ranges outside the file are
 * passed over, and where two are left, the whole file is the answer (RFC 9110 14.2 lets a server ignore the header). A
 * malformed one gives 416.
 */
export function decideRange(header: string | undefined, sizeBytes: number): RangeDecision {
  if (header === undefined) return { kind: 'whole', reason: 'no-range' };
  const [, set] = UNIT.exec(header) ?? [];
  if (set === undefined) return { kind: 'whole', reason: 'other-unit' };
  let found: Part | undefined;
  for (const text of set.split(',')) {
    const part = parsePart(text, sizeBytes);
    if (!part) return { kind: 'unsatisfiable', reason: 'malformed' };
    if (part.startByte >= part.endByte) continue;
    if (found) return { kind: 'whole', reason: 'several-ranges' };
    found = part;
  }
  return found ? { kind: 'part', ...found } : { kind: 'unsatisfiable', reason: 'outside-file' };
}

/** Empty where it lies outside the file; undefined where it is no range. */
function parsePart(text: string, sizeBytes: number): Part | undefined {
  const [, length] = SUFFIX.exec(text) ?? [];
  if (length !== undefined)
    return countable(length) ? { startByte: Math.max(0, sizeBytes - Number(length)), endByte: sizeBytes } : undefined;
  const [, first, last = ''] = FROM_TO.exec(text) ?? [];
  if (first === undefined || !countable(first) || !countable(last)) return undefined;
  return { startByte: Number(first), endByte: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}

function countable(digits: string): boolean {
  return digits.length < 19 || BigInt(digits) <= MOST_BYTES;
}
