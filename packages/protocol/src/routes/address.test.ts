import { describe, expect, it } from 'vitest';
import { parseAddress, parsePrefix, prefixText } from './address.ts';

describe('an address', () => {
  it('is read in the forms that connections and people give', () => {
    expect(parseAddress('203.0.113.7')).toEqual({ family: 4, words: [0xcb007107], text: '203.0.113.7' });
    expect(parseAddress('::ffff:203.0.113.7')).toEqual(parseAddress('203.0.113.7'));
    expect(parseAddress('2001:DB8::7')).toMatchObject({ family: 6, text: '2001:db8::7' });
    expect(parseAddress('fe80::1%eth0')).toEqual(parseAddress('fe80::1'));
    expect(parseAddress('::1')?.words).toEqual([0, 0, 0, 1]);
    expect(parseAddress('255.255.255.255')?.words).toEqual([0xffffffff]);
  });

  it.each([
    '',
    '1.2.3',
    '300.1.1.1',
    '0x7f.1',
    '127.1',
    '2130706433',
    '2001:db8::/32',
    'localhost',
    '1.2.3.4:80',
    '1.2.3.4.5',
    '01.2.3.4',
    '1..3.4',
    '1.2.3.',
    ':::',
  ])('is not %j', (text) => expect(parseAddress(text)).toBeUndefined());
});

describe('a prefix', () => {
  it('drops the bits beyond its length', () => {
    expect(parsePrefix('203.0.113.255/24')).toEqual(parsePrefix('203.0.113.0/24'));
    expect(parsePrefix('0.0.0.0/0')).toEqual({ family: 4, words: [0], length: 0 });
    expect(parsePrefix('::/0')).toEqual({ family: 6, words: [0, 0, 0, 0], length: 0 });
    expect(parsePrefix('2001:db8::/32')?.words).toEqual([0x20010db8, 0, 0, 0]);
    expect(parsePrefix('2001:db8:ffff::/33')).toEqual(parsePrefix('2001:db8:8000::/33'));
  });

  it.each([
    '203.0.113.0',
    '203.0.113.0/33',
    '::/129',
    '203.0.113/24',
    '/24',
    '203.0.113.0/-1',
    '203.0.113.0/2.4',
    'a/8',
  ])('is not %j', (text) => expect(parsePrefix(text)).toBeUndefined());
});

it.each(['198.51.100.0/24', '0.0.0.0/0', '255.255.255.255/32', '2001:db8:a::/48', '::/0', '2001:db8::1/128'])(
  'the prefix %s is written as it is read',
  (text) => {
    const prefix = parsePrefix(text);
    expect(prefix && prefixText(prefix, prefix.length)).toBe(text);
  },
);
