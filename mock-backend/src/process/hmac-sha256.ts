import { createHmac, hash } from 'node:crypto';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** What plays sign is far shorter. */
const LONGEST_TEXT = 512;
const UTF8_BYTES_A_CHARACTER = 3;
/** A region signs with a handful; whoever comes with more pays for it. */
const KEYS_KEPT = 64;

/** A key spread over both blocks that the text goes into (RFC 2104), with room for the text behind the first. */
interface SpreadKey {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const spreadKeys = new Map<string, SpreadKey>();

/**
 * HMAC-SHA256 as two digests in one call each: an object of Node for each signature costs more than all that is
 * computed, and the garbage collector once more.
 */
export const hmacSha256Hex: HmacSha256Hex = (key, text) => {
  if (text.length * UTF8_BYTES_A_CHARACTER > LONGEST_TEXT) return createHmac('sha256', key).update(text).digest('hex');
  const { inner, outer } = spreadKeys.get(key) ?? keptSpread(key);
  const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
  outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', outer, 'hex');
};

function keptSpread(key: string): SpreadKey {
  const bytes = Buffer.from(key);
  const block = Buffer.alloc(BLOCK_BYTES);
  (bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes).copy(block);
  const spread = {
    inner: Buffer.alloc(BLOCK_BYTES + LONGEST_TEXT),
    outer: Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES),
  };
  for (const [at, byte] of block.entries()) {
    spread.inner[at] = byte ^ 0x36;
    spread.outer[at] = byte ^ 0x5c;
  }
  if (spreadKeys.size >= KEYS_KEPT) spreadKeys.clear();
  spreadKeys.set(key, spread);
  return spread;
}
