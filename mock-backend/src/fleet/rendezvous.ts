const FNV_BASIS = 0x811c9dc5;

/**
 * A 32-bit hash of a text: FNV-1a, then the finaliser of MurmurHash3 so that near texts land far apart. From another basis
 * it is another hash.
 */
export const hash32 = (text: string, basis = FNV_BASIS): number => finish(behind(text, basis));

/** The basis that makes `hash32` of a text what it is of the beginning and that text, without joining them. */
export const basisBehind = (beginning: string): number => behind(beginning, FNV_BASIS);

function behind(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Weighted rendezvous hashing: the member with the least of these comes first, and over many keys each comes first in
 * proportion to its weight (the logarithmic method of Schindelhauer and Schomaker). Both hashes are of `hash32`.
 */
export function weightedDistance(keyHash: number, memberHash: number, weight: number): number {
  const uniform = (finish(Math.imul(keyHash, 0x9e3779b1) ^ memberHash) + 0.5) / 2 ** 32;
  return -Math.log(uniform) / Math.max(weight, Number.MIN_VALUE);
}

/**
 * Orders members for a key by highest random weight (rendezvous hashing): each key has its own order, keys spread
 * evenly, and when a member joins or leaves the others keep their order.
 */
export function rendezvousOrder<T>(key: string, members: readonly T[], idOf: (member: T) => string): T[] {
  return members
    .map((member) => ({ member, id: idOf(member), weight: hash32(`${key}|${idOf(member)}`) }))
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .map(({ member }) => member);
}
