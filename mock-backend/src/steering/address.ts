import ipaddr from 'ipaddr.js';

/** An IP address as a number. IPv4 inside IPv6 (`::ffff:a.b.c.d`) counts as IPv4. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly text: string;
}

export interface Prefix {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly length: number;
}

export const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** Accepts what people write (`203.0.113.7`, `2001:db8::7`, a zone id after `%`), refuses the old short and octal forms. */
export function parseAddress(text: string): Address | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  if (!isPlainAddress(bare)) return undefined;
  const parsed = ipaddr.process(bare);
  return { family: parsed.kind() === 'ipv4' ? 4 : 6, bits: bitsOf(parsed.toByteArray()), text: parsed.toString() };
}

/** `203.0.113.0/24`: bits after the prefix length are ignored. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^(.+)\/(\d{1,3})$/.exec(text);
  const [, network = '', lengthText = ''] = match ?? [];
  if (!isPlainAddress(network)) return undefined;
  const parsed = ipaddr.parse(network);
  const family = parsed.kind() === 'ipv4' ? 4 : 6;
  const length = Number(lengthText);
  if (length > widthOf(family)) return undefined;
  return { family, bits: maskBits(bitsOf(parsed.toByteArray()), family, length), length };
}

/** The first `length` bits of an address, the rest cleared. */
export function maskBits(bits: bigint, family: 4 | 6, length: number): bigint {
  const rest = BigInt(widthOf(family) - length);
  return (bits >> rest) << rest;
}

function isPlainAddress(text: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text))
  );
}

function bitsOf(bytes: readonly number[]): bigint {
  return bytes.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}
