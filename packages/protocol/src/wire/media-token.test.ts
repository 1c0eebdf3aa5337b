import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HmacSha256Hex, maskMediaToken, signMediaToken, verifyMediaToken } from './media-token.ts';

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
