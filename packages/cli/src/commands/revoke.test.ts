import { expect, it } from 'vitest';
import { revocationAsk, revocationsText } from './revoke.ts';

const token = (claims: object) =>
  ['{"alg":"HS256"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');

it('of a token its id and its end are read, and no more', () => {
  expect(revocationAsk({ token: token({ sub: 'demo', jti: 'abc', exp: 2_000_000_000 }) })).toEqual({
    kind: 'token',
    id: 'abc',
    expiresAtMs: 2_000_000_000_000,
  });
  for (const wrong of ['x', 'a.b.c', token({ sub: 'demo' }), token([])])
    expect(() => revocationAsk({ token: wrong })).toThrow('no API token with an id');
});

it('a token by its id, an account as of now or as of a time', () => {
  expect(revocationAsk({ 'token-id': 'abc' })).toEqual({ kind: 'token', id: 'abc' });
  expect(revocationAsk({ account: 'demo' })).toEqual({ kind: 'account', id: 'demo' });
  const before = '2026-11-22T10:00Z';
  expect(revocationAsk({ account: 'demo', before })).toEqual({
    kind: 'account',
    id: 'demo',
    issuedBeforeMs: Date.parse(before),
  });
  expect(revocationAsk({})).toBeUndefined();
});

it('what contradicts itself is said', () => {
  expect(() => revocationAsk({ account: 'demo', 'token-id': 'abc' })).toThrow('Name one of these');
  expect(() => revocationAsk({ 'token-id': 'abc', before: '2026-11-22' })).toThrow('goes with --account');
  expect(() => revocationAsk({ account: 'demo', before: 'noon' })).toThrow('--before must be a time');
});

it('tells what is called back, since when, why and for how long', () => {
  const madeAtMs = Date.parse('2026-11-22T10:00Z');
  const expiresAtMs = Date.parse('2026-12-01T10:00Z');
  const one = { kind: 'token' as const, id: 'abc', madeAtMs, expiresAtMs, reason: 'lost' };
  const other = { ...one, kind: 'account' as const, id: 'demo', issuedBeforeMs: madeAtMs };
  expect(revocationsText({ count: 3, revocations: [other, one] })).toBe(
    [
      'account demo: tokens from before 2026-11-22 10:00 UTC, since 2026-11-22 10:00 UTC: lost. Kept until 2026-12-01 10:00 UTC.',
      'token abc, since 2026-11-22 10:00 UTC: lost. Kept until 2026-12-01 10:00 UTC.',
      '… and 1 before these.',
    ].join('\n'),
  );
  expect(revocationsText({ count: 0, revocations: [] })).toBe('No token is called back.');
});
