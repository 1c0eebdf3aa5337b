import { schemas } from '@pressplay/protocol';
import { CLIENT_ADDRESS_HEADER, keysAt, verifyMediaToken } from '@pressplay/protocol/wire';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { type Account, accountOf } from '../accounts/account.ts';
import { PlayGate } from '../admission/play-gate.ts';
import { RateLimiter } from '../admission/rate-limiter.ts';
import type { Env } from '../app-env.ts';
import { bearerToken, requireAccount } from '../authentication.ts';
import { PLAY_LIFETIME_MS } from '../leases/shared-plays.ts';
import { limitBody, SMALL_BODY_BYTES } from '../limit-body.ts';
import { jsonBody, valid } from '../request-body.ts';
import type { Services } from '../services.ts';
import { type Client, clientOf } from './client-of.ts';

type PlayContext = Context<Env>;

/** Plays begin, go on and end here. */
export function playRoutes(services: Services): Hono<Env> {
  const { accessTokens, config, findNetwork, playback, plays, registry } = services;
  const app = new Hono<Env>();
  const limiter = new RateLimiter(services.clock, config.rateLimits);
  const gate = new PlayGate(config.concurrency);
  /** Before anything is computed for it. */
  const clientFor = (c: PlayContext): Client => {
    const header = c.req.header(CLIENT_ADDRESS_HEADER);
    const client = clientOf(c.env.clientAddress, header, config.trustClientAddress, findNetwork);
    limiter.requireAddress(client.address);
    return client;
  };
  const accountFor = async (authorization: string | undefined): Promise<Account> => {
    const account = accountOf(await requireAccount(authorization, accessTokens), config.plans);
    limiter.requireAccount(account.accountId);
    return account;
  };
  const end = async (c: PlayContext): Promise<Response> => {
    clientFor(c);
    const playId = playIdIn(c);
    const authorization = await authorizationOf(c);
    const ofPlay = playOfToken(bearerToken(authorization), services);
    if (ofPlay === playId) await plays.end(playId);
    else await registry.end((await accountFor(authorization)).accountId, playId);
    return c.body(null, 204);
  };

  app.post('/v1/plays', limitBody(SMALL_BODY_BYTES), async (c) => {
    const client = clientFor(c);
    const account = await accountFor(await authorizationOf(c));
    const request = valid(await fieldsOf(c), schemas.PlayRequest, 'The body');
    c.set('isPrefetch', request.intent === 'prefetch');
    const json = await gate.pass(request.intent ?? 'play', () => playback.start(account, request, client));
    return c.body(json, 200, { 'Content-Type': 'application/json' });
  });
  app.post('/v1/plays/:playId/renew', limitBody(SMALL_BODY_BYTES), async (c) => {
    const client = clientFor(c);
    const account = await accountFor(await authorizationOf(c));
    return c.json(await playback.renew(account, playIdIn(c), client));
  });
  app.post('/v1/plays/:playId/end', limitBody(SMALL_BODY_BYTES), end);
  app.delete('/v1/plays/:playId', limitBody(SMALL_BODY_BYTES), end);
  return app;
}

const playIdIn = (c: PlayContext): string => valid(c.req.param('playId'), schemas.PlayId, 'The play id');

/** Pages send the token in a body of text: nothing that a browser asks permission for. */
async function authorizationOf(c: PlayContext): Promise<string | undefined> {
  const header = c.req.header('Authorization');
  if (header !== undefined || !isPlainText(c)) return header;
  const { accessToken } = await jsonBody(c.req, schemas.TokenInBody);
  return accessToken === undefined ? undefined : `Bearer ${accessToken}`;
}

/** The body without the token that a page puts beside its fields. */
async function fieldsOf(c: PlayContext): Promise<unknown> {
  const body = await jsonBody(c.req, z.unknown());
  if (typeof body !== 'object' || body === null || !isPlainText(c)) return body;
  const { accessToken: _, ...fields } = body as Record<string, unknown>;
  return fields;
}

/** The play whose media token this is: whoever has it may end the play, also a page whose last moment has come. */
function playOfToken(token: string, { config, hmac, clock }: Services): string | undefined {
  const keys = keysAt(config.urlKey, config.acceptedUrlKeys, clock.wallMs());
  const verdict = verifyMediaToken(token, keys, hmac, (clock.wallMs() - PLAY_LIFETIME_MS) / 1000);
  return verdict.ok ? verdict.claims.playId : undefined;
}

const isPlainText = (c: PlayContext): boolean => /^text\/plain\b/i.test(c.req.header('Content-Type') ?? '');
