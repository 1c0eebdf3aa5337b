import type { Random } from '../ports/random.ts';

/** 128 random bits in hex. */
export function randomId(random: Random): string {
  let id = '';
  while (id.length < 32)
    id += Math.floor(random() * 0x10000)
      .toString(16)
      .padStart(4, '0');
  return id;
}
