export type RangeDecision =
  | { readonly kind: 'whole'; readonly reason: 'no-range' | 'other-unit' | 'several-ranges' }
  | { readonly kind: 'part'; readonly startByte: number; readonly endByte: number }
  | { readonly kind: 'unsatisfiable'; readonly reason: 'malformed' | 'outside-file' };

/**
 * Which bytes a `Range` header asks for; `endByte` is exclusive. As nginx with `max_ranges 1`: several ranges are
 * answered with the whole file (RFC 9110 14.2 lets a server ignore the header), a malformed byte range with 416.
 */
export function decideRange(header: string | undefined, sizeBytes: number): RangeDecision {
  if (header === undefined) return { kind: 'whole', reason: 'no-range' };
  if (!/^bytes\s*=/i.test(header)) return { kind: 'whole', reason: 'other-unit' };
  const set = header.slice(header.indexOf('=') + 1);
  if (set.includes(',')) return { kind: 'whole', reason: 'several-ranges' };
  const match = /^\s*(\d*)-(\d*)\s*$/.exec(set);
  if (!match) return { kind: 'unsatisfiable', reason: 'malformed' };
  const [, first = '', last = ''] = match;
  if (first === '') return suffix(last, sizeBytes);
  const startByte = Number(first);
  const endByte = last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== '' && Number(last) < startByte) return { kind: 'unsatisfiable', reason: 'malformed' };
  if (startByte >= sizeBytes) return { kind: 'unsatisfiable', reason: 'outside-file' };
  return { kind: 'part', startByte, endByte };
}

function suffix(length: string, sizeBytes: number): RangeDecision {
  if (length === '') return { kind: 'unsatisfiable', reason: 'malformed' };
  if (Number(length) === 0) return { kind: 'unsatisfiable', reason: 'outside-file' };
  return { kind: 'part', startByte: Math.max(0, sizeBytes - Number(length)), endByte: sizeBytes };
}
