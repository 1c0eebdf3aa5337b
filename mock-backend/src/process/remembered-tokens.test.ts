import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RememberedTokens } from './remembered-tokens.ts';

it('knows each token by itself alone, until its time is over, and a bounded number of them', () => {
  const act = fc.record({ token: fc.nat(400), untilMs: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 900 }), fc.nat(100), (acts, nowMs) => {
      const remembered = new RememberedTokens(256);
      const last = new Map<number, number>();
      for (const { token, untilMs } of acts) {
        const claims = { accountId: `${token} ${untilMs}` };
        remembered.keep(`token-${token}`, { claims, untilMs });
        last.set(token, untilMs);
        expect(remembered.find(`token-${token}`, untilMs - 1)).toBe(claims);
        expect(remembered.find(`token-${token}`, untilMs)).toBeUndefined();
        expect(remembered.find(`token-${token} `, untilMs - 1)).toBeUndefined();
      }
      let known = 0;
      for (const [token, untilMs] of last) {
        const claims = remembered.find(`token-${token}`, nowMs);
        if (!claims) continue;
        known++;
        expect(claims).toEqual({ accountId: `${token} ${untilMs}` });
        expect(nowMs).toBeLessThan(untilMs);
      }
      expect(known).toBeLessThanOrEqual(256);
    }),
    { numRuns: 30 },
  );
});
