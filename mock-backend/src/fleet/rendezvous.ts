/** A 32-bit hash of a text: FNV-1a, then the finaliser of MurmurHash3 so that near texts land far apart. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
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
