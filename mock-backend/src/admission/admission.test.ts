import { parseAddress } from '@pressplay/protocol/routes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAdmission } from './judge-admission.ts';
import { PlayGate } from './play-gate.ts';
import { RateLimiter } from './rate-limiter.ts';
import { type Bucket, takeToken } from './token-bucket.ts';

describe('two partitions of one limit', () => {
  const limit = { maxConcurrent: 10, prefetchShare: 0.3 };
  it.each([
    ['play', { play: 9, prefetch: 0 }, 'room'],
    ['play', { play: 7, prefetch: 3 }, 'full'],
    ['prefetch', { play: 0, prefetch: 2 }, 'room'],
    ['prefetch', { play: 0, prefetch: 3 }, 'prefetch-partition-full'],
    ['prefetch', { play: 10, prefetch: 0 }, 'full'],
  ] as const)('%s with %o under way: %s', (intent, underWay, reason) => {
    expect(judgeAdmission(intent, underWay, limit).reason).toBe(reason);
  });

  it('always leave viewers their part, and are never more than the limit', () => {
    const walk = fc.array(fc.record({ intent: fc.constantFrom('play', 'prefetch'), leaves: fc.boolean() }));
    fc.assert(
      fc.property(
        walk,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, max, share) => {
          const underWay = { play: 0, prefetch: 0 };
          const given = { maxConcurrent: max, prefetchShare: share };
          for (const { intent, leaves } of steps) {
            if (leaves) underWay[intent] = Math.max(0, underWay[intent] - 1);
            else if (judgeAdmission(intent, underWay, given).admitted) underWay[intent] += 1;
            expect(underWay.play + underWay.prefetch).toBeLessThanOrEqual(max);
            expect(underWay.prefetch).toBeLessThanOrEqual(max * share);
          }
        },
      ),
    );
  });

  it('are free again when whoever entered has left', () => {
    const gate = new PlayGate({ maxConcurrent: 1, prefetchShare: 1 });
    gate.enter('play');
    const refused = { code: 'server/overloaded', context: { partition: 'prefetch', reason: 'full', retryInMs: 5000 } };
    expect(() => gate.enter('prefetch')).toThrow(
      expect.objectContaining({ ...refused, context: expect.objectContaining(refused.context) }),
    );
    gate.leave('play');
    gate.enter('prefetch');
    expect(() => gate.enter('play')).toThrow(expect.objectContaining({ code: 'server/overloaded' }));
  });
});

describe('a token bucket', () => {
  it('gives no more than the burst and what flowed in since, and says truly when to come back', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 });
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), (gaps, burst, perSecond) => {
        let [nowMs, given] = [0, 0];
        let bucket: Bucket | undefined;
        for (const gapMs of gaps) {
          nowMs += gapMs;
          const taken = takeToken(bucket, { burst, perSecond }, nowMs);
          bucket = taken.bucket;
          if (taken.allowed) given += 1;
          else expect(takeToken(bucket, { burst, perSecond }, nowMs + taken.retryInMs).allowed).toBe(true);
          expect(given).toBeLessThanOrEqual(burst + (nowMs * perSecond) / 1000 + 1e-6);
        }
      }),
    );
  });
});

describe('rate limits', () => {
  const clock = { nowMs: () => 0, wallMs: () => 0 };
  const limits = { account: { burst: 2, perSecond: 4 }, address: { burst: 1, perSecond: 1 } };
  const address = (text: string) => parseAddress(text) ?? expect.fail(`${text} is no address`);

  it('hold for each account and each address, a network of IPv6 as one', () => {
    const limiter = new RateLimiter(clock, limits);
    for (const account of ['a', 'b', 'a', 'b']) limiter.requireAccount(account);
    expect(() => limiter.requireAccount('a')).toThrow(
      expect.objectContaining({
        code: 'request/rate-limited',
        context: { of: 'account', perSecond: 4, retryInMs: 250 },
      }),
    );
    limiter.requireAddress(address('203.0.113.7'));
    limiter.requireAddress(address('203.0.113.8'));
    limiter.requireAddress(address('2001:db8:a:1::7'));
    expect(() => limiter.requireAddress(address('2001:db8:a:1::8'))).toThrow('asks too often');
    limiter.requireAddress(address('2001:db8:a:2::8'));
    expect(() => limiter.requireAddress(address('203.0.113.7'))).toThrow('asks too often');
  });

  it('remember a bounded number, whoever was seen last', () => {
    const limiter = new RateLimiter(clock, limits);
    for (let n = 0; n < 120_000; n++) limiter.requireAccount(`account-${n}`);
    expect(limiter.size).toBeLessThanOrEqual(100_000);
    limiter.requireAccount('account-119999');
    expect(() => limiter.requireAccount('account-119999')).toThrow('asks too often');
  });

  it('may be switched off', () => {
    const limiter = new RateLimiter(clock, {});
    for (let n = 0; n < 1000; n++) limiter.requireAccount('a');
    expect(limiter.size).toBe(0);
  });
});
