import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { accessTokens, issueAccessToken } from './access-tokens.ts';
import { deriveKeys } from './keys.ts';

const keys = deriveKeys('secret');
const tokens = accessTokens(keys.accountsKey);

it('opens the API token of an account', async () => {
  const nowMs = Date.now();
  const claims = await tokens.verify(await issueAccessToken(keys.accountsKey, 'demo'));
  expect(claims).toEqual({ accountId: 'demo', tokenId: expect.any(String), issuedAtMs: expect.any(Number) });
  expect(claims?.tokenId).toMatch(/^[\w-]{22}$/);
  expect(claims?.issuedAtMs).toBeGreaterThanOrEqual(nowMs - 1);
});

it('opens no altered, expired, foreign, unsigned or nameless token', async () => {
  const good = await issueAccessToken(keys.accountsKey, 'demo');
  const [head, body, signature] = good.split('.');
  const forged = Buffer.from(JSON.stringify({ sub: 'admin', aud: 'pressplay', exp: 2e9 })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  const signed = (jwt: SignJWT) =>
    jwt.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(keys.accountsKey));
  const wrong = [
    'nonsense',
    `${head}.${forged}.${signature}`,
    `${none}.${body}.`,
    await issueAccessToken(keys.accountsKey, 'demo', { lifetimeMs: -1000 }),
    await issueAccessToken(deriveKeys('other').accountsKey, 'demo'),
    await signed(new SignJWT().setSubject('demo').setAudience('other').setIssuedAt().setExpirationTime('1h')),
    await signed(new SignJWT().setSubject('demo').setAudience('pressplay').setIssuedAt()),
    await signed(new SignJWT().setAudience('pressplay').setIssuedAt().setExpirationTime('1h')),
    // Both could not be called back for good.
    await signed(new SignJWT().setSubject('demo').setAudience('pressplay').setExpirationTime('1h')),
    await signed(new SignJWT().setSubject('demo').setAudience('pressplay').setIssuedAt().setExpirationTime('91 days')),
  ];
  for (const token of wrong) expect(await tokens.verify(token), token).toBeUndefined();
});

it('gives each OCA its own token', () => {
  expect(keys.ocaTokenFor('a')).not.toBe(keys.ocaTokenFor('b'));
  expect(new Set([keys.urlKey, keys.controlToken, keys.operatorToken, keys.accountsKey]).size).toBe(4);
});

it('carries plan and age of an account in its token', async () => {
  const token = await issueAccessToken(keys.accountsKey, 'demo', { planId: 'basic', profileAge: 12 });
  expect(await tokens.verify(token)).toMatchObject({ accountId: 'demo', planId: 'basic', profileAge: 12 });
});

it('opens tokens of the last key until its time is over, and a known token no longer than that', async () => {
  const last = deriveKeys('last').accountsKey;
  let nowMs = Date.now();
  const acceptUntilMs = nowMs + 1000;
  const rotating = accessTokens([{ key: keys.accountsKey }, { key: last, acceptUntilMs }], () => nowMs);
  const old = await issueAccessToken(last, 'demo');
  const fresh = await issueAccessToken(keys.accountsKey, 'demo');
  for (let twice = 0; twice < 2; twice++)
    for (const token of [old, fresh]) expect(await rotating.verify(token)).toMatchObject({ accountId: 'demo' });
  nowMs = acceptUntilMs;
  expect(await rotating.verify(old)).toBeUndefined();
  expect(await rotating.verify(fresh)).toMatchObject({ accountId: 'demo' });
  const short = await issueAccessToken(keys.accountsKey, 'demo', { lifetimeMs: 5000 });
  expect(await rotating.verify(short)).toMatchObject({ accountId: 'demo' });
  nowMs += 10_000;
  expect(await rotating.verify(short)).toBeUndefined();
});
