/** Numbers in [0, 1) from a seed: the same seed gives the same numbers on every machine. */
export type Prng = () => number;

/** Mulberry32 (Tommy Ettinger): 32 bits of state, more than enough for simulations. */
export function prngOf(seed: number): Prng {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A stream of its own for each named use: one more draw in one place changes nothing elsewhere. */
export function prngFor(seed: number, name: string): Prng {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return prngOf(hash);
}

/** `digits` hex digits. */
export function hexFrom(random: Prng, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text.slice(0, digits);
}

export function integerFrom(random: Prng, min: number, maxInclusive: number): number {
  return min + Math.floor(random() * (maxInclusive - min + 1));
}

export function pickFrom<T>(random: Prng, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('pickFrom: nothing to pick from');
  return item;
}
