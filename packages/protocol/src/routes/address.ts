import ipaddr from 'ipaddr.js';

/** The bits of an address as unsigned 32-bit words, the most significant first: one for IPv4, four for IPv6. */
export type AddressWords = readonly number[];

/** An IP address. IPv4 inside IPv6 (`::ffff:a.b.c.d`) counts as IPv4. */
export interface Address {
  readonly family: 4 | 6;
  readonly words: AddressWords;
  readonly text: string;
}

export interface Prefix {
  readonly family: 4 | 6;
  readonly words: AddressWords;
  readonly length: number;
}

export const WORD_BITS = 32;
export const widthOf = (family: 4 | 6): 32 | 128 => (family === 4 ? 32 : 128);

/** Accepts what people write (`203.0.113.7`, `2001:db8::7`, a zone id after `%`), refuses the old short and octal forms. */
export function parseAddress(text: string): Address | undefined {
  const quad = parseDottedQuad(text);
  if (quad !== undefined) return { family: 4, words: [quad], text };
  const bare = text.split('%', 1)[0] ?? '';
  if (!isPlainAddress(bare)) return undefined;
  const parsed = ipaddr.process(bare);
  return { family: parsed.kind() === 'ipv4' ? 4 : 6, words: wordsOf(parsed.toByteArray()), text: parsed.toString() };
}

/** `203.0.113.0/24`: bits after the prefix length are ignored. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.lastIndexOf('/');
  const length = slash < 0 ? undefined : parseLength(text, slash + 1);
  if (length === undefined) return undefined;
  const network = text.slice(0, slash);
  const quad = parseDottedQuad(network);
  if (quad !== undefined) return length > 32 ? undefined : { family: 4, words: [maskWord(quad, length)], length };
  if (!isPlainAddress(network)) return undefined;
  const parsed = ipaddr.parse(network);
  const family = parsed.kind() === 'ipv4' ? 4 : 6;
  if (length > widthOf(family)) return undefined;
  return { family, words: maskWords(wordsOf(parsed.toByteArray()), length), length };
}

/** The address with the bits after the first `length` cleared, in CIDR form. */
export function prefixText({ family, words }: Pick<Address, 'family' | 'words'>, length: number): string {
  const bytes = maskWords(words, length).flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 255,
    (word >>> 8) & 255,
    word & 255,
  ]);
  return `${family === 4 ? bytes.join('.') : ipaddr.fromByteArray(bytes).toString()}/${length}`;
}

/** The first `length` bits of an address, the rest cleared. */
export const maskWords = (words: AddressWords, length: number): number[] =>
  words.map((word, at) => maskWord(word, length - at * WORD_BITS));

function maskWord(word: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= WORD_BITS ? word : (word & (0xffffffff << (WORD_BITS - bits))) >>> 0;
}

/** Four decimal numbers up to 255 without leading zeros. A million routes pass here: no regular expression, no array. */
function parseDottedQuad(text: string): number | undefined {
  let word = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (digits === 0 || ++dots > 3) return undefined;
      word = word * 256 + octet;
      octet = 0;
      digits = 0;
    } else {
      if (code < 48 || code > 57 || (digits > 0 && octet === 0)) return undefined;
      octet = octet * 10 + code - 48;
      if (octet > 255) return undefined;
      digits++;
    }
  }
  return dots === 3 && digits > 0 ? word * 256 + octet : undefined;
}

function parseLength(text: string, from: number): number | undefined {
  if (text.length === from || text.length > from + 3) return undefined;
  let length = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return undefined;
    length = length * 10 + code - 48;
  }
  return length;
}

const isPlainAddress = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text));

function wordsOf(bytes: readonly number[]): number[] {
  const words: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(at, at + 4);
    words.push(((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
  }
  return words;
}
