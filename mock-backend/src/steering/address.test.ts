import { describe, expect, it } from 'vitest';
import { parseAddress, parsePrefix } from './address.ts';

describe('an address', () => {
  it('is read in the forms that connections and people give', () => {
    expect(parseAddress('203.0.113.7')).toEqual({ family: 4, bits: 0xcb007107n, text: '203.0.113.7' });
    expect(parseAddress('::ffff:203.0.113.7')).toEqual(parseAddress('203.0.113.7'));
    expect(parseAddress('2001:DB8::7')).toMatchObject({ family: 6, text: '2001:db8::7' });
    expect(parseAddress('fe80::1%eth0')).toEqual(parseAddress('fe80::1'));
    expect(parseAddress('::1')?.bits).toBe(1n);
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
    ':::',
  ])('is not %j', (text) => expect(parseAddress(text)).toBeUndefined());
});

describe('a prefix', () => {
  it('drops the bits beyond its length', () => {
    expect(parsePrefix('203.0.113.255/24')).toEqual(parsePrefix('203.0.113.0/24'));
    expect(parsePrefix('0.0.0.0/0')).toEqual({ family: 4, bits: 0n, length: 0 });
    expect(parsePrefix('::/0')).toEqual({ family: 6, bits: 0n, length: 0 });
    expect(parsePrefix('2001:db8::/32')?.bits).toBe(0x20010db8n << 96n);
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
