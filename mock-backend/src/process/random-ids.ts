import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
const IDS_AT_ONCE = 256;

/** 128 random bits in hex, many drawn at once: asking the system for each costs more than all else about an id. */
export function randomIds(): () => string {
  const drawn = Buffer.alloc(ID_BYTES * IDS_AT_ONCE);
  let at = drawn.length;
  return () => {
    if (at === drawn.length) {
      randomFillSync(drawn);
      at = 0;
    }
    at += ID_BYTES;
    return drawn.toString('hex', at - ID_BYTES, at);
  };
}
