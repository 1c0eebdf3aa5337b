import { createHmac } from 'node:crypto';
import { networkOf, signMediaToken } from '@pressplay/protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { rememberedTokens, type VerifyToken } from './remembered-tokens.ts';

let signatures = 0;
const hmac = (key: string, text: string): string => {
  signatures += 1;
  return createHmac('sha256', key).update(text).digest('hex');
};
const claims = { expiresAtS: 1000, playId: '0123456789abcdef0123456789abcdef', scope: 'film' };
const token = signMediaToken(claims, 'key', hmac);
const here = { clientAddress: '203.0.113.7' };

let verify: VerifyToken;
beforeEach(() => {
  verify = rememberedTokens(hmac);
  verify(token, ['key'], 0, here);
  signatures = 0;
});

describe('a token that was found right', () => {
  it('is looked into once', () => {
    expect(verify(token, ['key'], 999, here)).toEqual({ ok: true, claims });
    expect(signatures).toBe(0);
  });

  it('expires all the same', () => {
    expect(verify(token, ['key'], 1000, here)).toEqual({ ok: false, code: 'token/expired' });
  });

  it('is nothing without its key', () => {
    expect(verify(token, ['other'], 0, here)).toEqual({ ok: false, code: 'token/bad-signature' });
    expect(verify(token, ['other', 'key'], 0, here).ok).toBe(true);
    expect(verify(token, ['other'], 0, here).ok).toBe(false);
  });

  it('opens nothing from another network where it is bound to one', () => {
    const bound = signMediaToken({ ...claims, network: networkOf(here.clientAddress) }, 'key', hmac);
    expect(verify(bound, ['key'], 0, here).ok).toBe(true);
    const elsewhere = verify(bound, ['key'], 0, { clientAddress: '198.51.100.7' });
    expect(elsewhere).toEqual({ ok: false, code: 'token/wrong-network' });
    expect(verify(bound, ['key'], 0, here).ok).toBe(true);
  });

  it('makes no other one right', () => {
    expect(verify(`${token.slice(0, -1)}x`, ['key'], 0, here)).toEqual({ ok: false, code: 'token/malformed' });
    const altered = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
    for (let i = 0; i < 2; i++) expect(verify(altered, ['key'], 0, here).ok).toBe(false);
    expect(signatures).toBe(2);
  });
});
