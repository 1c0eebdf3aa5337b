import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type HmacSha256Hex,
  keysAt,
  maskMediaToken,
  networkOf,
  signMediaToken,
  verifyMediaToken,
} from './media-token.ts';

const hmac: HmacSha256Hex = (key, text) => createHmac('sha256', key).update(text).digest('hex');
const claims = { expiresAtS: 2_000_000_000, playId: '0123456789abcdef0123456789abcdef', scope: 'test-card-1' };
const token = signMediaToken(claims, 'secret', hmac);

describe('media tokens', () => {
  it('opens what was signed, until it expires', () => {
    expect(verifyMediaToken(token, 'secret', hmac, 1_999_999_999)).toEqual({ ok: true, claims });
    expect(verifyMediaToken(token, 'secret', hmac, 2_000_000_000)).toEqual({ ok: false, code: 'token/expired' });
  });

  it('refuses another key', () => {
    expect(verifyMediaToken(token, 'other', hmac, 0)).toEqual({ ok: false, code: 'token/bad-signature' });
  });

  it('refuses every single altered character', () => {
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'0123456789abcdefz-./%'), (at, character) => {
        fc.pre(token[at] !== character);
        const altered = token.slice(0, at) + character + token.slice(at + 1);
        expect(verifyMediaToken(altered, 'secret', hmac, 0).ok).toBe(false);
      }),
    );
  });

  it('is masked in logs', () => {
    expect(maskMediaToken(`/${token}/abc`)).not.toContain(token.slice(-32));
  });
});

describe('a rotation of keys', () => {
  const accepted = [{ key: 'last', acceptUntilMs: 1000 }, { key: 'next' }];

  it('opens what any accepted key signed, the last one until it ends', () => {
    expect(keysAt('now', undefined, 0)).toEqual(['now']);
    expect(keysAt('now', accepted, 999)).toEqual(['now', 'last', 'next']);
    expect(keysAt('now', accepted, 1000)).toEqual(['now', 'next']);
    for (const key of ['now', 'last', 'next'])
      expect(verifyMediaToken(signMediaToken(claims, key, hmac), keysAt('now', accepted, 0), hmac, 0).ok).toBe(true);
    const late = verifyMediaToken(signMediaToken(claims, 'last', hmac), keysAt('now', accepted, 1000), hmac, 0);
    expect(late).toEqual({ ok: false, code: 'token/bad-signature' });
  });
});

describe('a token bound to a network', () => {
  const bound = signMediaToken({ ...claims, network: networkOf('203.0.113.7') }, 'secret', hmac);
  const opens = (token: string, clientAddress?: string) =>
    verifyMediaToken(token, ['other', 'secret'], hmac, 0, clientAddress === undefined ? undefined : { clientAddress });

  it('opens for its neighbours, and tells nobody which network it is', () => {
    expect(opens(bound, '203.0.113.200')).toEqual({ ok: true, claims });
    expect(opens(bound, '::ffff:203.0.113.9').ok).toBe(true);
    expect(opens(bound, '203.0.114.7')).toEqual({ ok: false, code: 'token/wrong-network' });
    expect(opens(bound, '2001:db8::1')).toEqual({ ok: false, code: 'token/wrong-network' });
    expect(opens(bound)).toEqual({ ok: true, claims });
    expect(bound).not.toContain('203');
    expect(bound).toMatch(/^[A-Za-z0-9-]+$/);
    expect(maskMediaToken(`/${bound}/abc`)).not.toContain(bound.slice(-32));
  });

  it('cannot be unbound', () => {
    const unbound = bound.replace(/n[0-9a-f]{8}/, '');
    expect(opens(unbound, '203.0.113.7')).toEqual({ ok: false, code: 'token/bad-signature' });
  });

  it('opens everywhere where it is not bound', () => {
    expect(opens(token, '192.0.2.1').ok).toBe(true);
  });

  it.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['::FFFF:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:a:1::7', '2001:db8:a::/48'],
    ['2001:0DB8:000a::', '2001:db8:a::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0::/48'],
  ])('%s lies in %s', (address, network) => expect(networkOf(address)).toBe(network));
});
