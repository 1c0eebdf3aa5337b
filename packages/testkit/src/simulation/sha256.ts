import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';

export interface Sha256Hasher {
  update(bytes: Uint8Array): void;
  hex(): string;
}

interface NativeHash {
  update(data: Uint8Array | string): NativeHash;
  digest(encoding: 'hex'): string;
}

interface NativeCrypto {
  createHash(algorithm: 'sha256'): NativeHash;
  createHmac(algorithm: 'sha256', key: string): NativeHash;
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
}

/** For hosts without crypto of their own; exported for its test. */
export const portable = {
  hmacSha256Hex: ((key, text) => bytesToHex(hmac(sha256, utf8ToBytes(key), utf8ToBytes(text)))) as HmacSha256Hex,
  sha256Hasher: (): Sha256Hasher => {
    const hash = sha256.create();
    return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
  },
};

/** Node's own, forty times as fast, where this runs in Node; the same digests in plain JavaScript in browsers. */
const native = (globalThis as Host).process?.getBuiltinModule?.('node:crypto') as NativeCrypto | undefined;

/** Synchronous and without WebCrypto: also runs in virtual time. */
export const hmacSha256Hex: HmacSha256Hex = native
  ? (key, text) => native.createHmac('sha256', key).update(text).digest('hex')
  : portable.hmacSha256Hex;

export function sha256Hasher(): Sha256Hasher {
  if (!native) return portable.sha256Hasher();
  const hash = native.createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}

export function sha256Hex(bytes: Uint8Array): string {
  const hash = sha256Hasher();
  hash.update(bytes);
  return hash.hex();
}
