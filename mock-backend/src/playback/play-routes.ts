import { type Context, Hono } from 'hono';
import type { Env } from '../app-env.ts';
import { limitBody, SMALL_BODY_BYTES } from '../limit-body.ts';
import { bodyText } from '../request-body.ts';
import type { PlayAsk, PlayRequests } from './play-requests.ts';

type PlayContext = Context<Env>;

/** Plays begin, go on and end here. */
export function playRoutes(plays: PlayRequests): Hono<Env> {
  const app = new Hono<Env>();
  const limit = limitBody(SMALL_BODY_BYTES);
  const end = async (c: PlayContext): Promise<Response> => {
    await plays.end(askOf(c), c.req.param('playId') ?? '');
    return c.body(null, 204);
  };
  app.post('/v1/plays', limit, async (c) =>
    c.body(await plays.start(askOf(c)), 200, { 'Content-Type': 'application/json' }),
  );
  app.post('/v1/plays/:playId/renew', limit, async (c) => c.json(await plays.renew(askOf(c), c.req.param('playId'))));
  app.post('/v1/plays/:playId/end', limit, end);
  app.delete('/v1/plays/:playId', limit, end);
  return app;
}

const askOf = (c: PlayContext): PlayAsk => ({
  header: (name) => c.req.header(name),
  text: () => bodyText(c.req),
  clientAddress: c.env.clientAddress,
  notePrefetch: () => c.set('isPrefetch', true),
});
