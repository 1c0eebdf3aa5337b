import { describe, expect, it } from 'vitest';
import { hmacSha256Hex, portable, sha256Hasher } from './sha256.ts';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i);

describe.each([
  { host: 'this host', hmac: hmacSha256Hex, hasher: sha256Hasher },
  { host: 'plain JavaScript', hmac: portable.hmacSha256Hex, hasher: portable.sha256Hasher },
])('SHA-256 in $host', ({ hmac, hasher }) => {
  it('is that of FIPS 180-2 for "abc", in parts too', () => {
    const hash = hasher();
    hash.update(Uint8Array.of(0x61));
    hash.update(Uint8Array.of(0x62, 0x63));
    expect(hash.hex()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('keyed, is that of RFC 4231, case 2', () => {
    expect(hmac('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});

it('is the same everywhere', () => {
  const [here, plain] = [sha256Hasher(), portable.sha256Hasher()];
  here.update(BYTES);
  plain.update(BYTES);
  expect(here.hex()).toBe(plain.hex());
  expect(hmacSha256Hex('schlüssel', 'text – mit Umlaut')).toBe(
    portable.hmacSha256Hex('schlüssel', 'text – mit Umlaut'),
  );
});
