import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { type Context, Hono } from 'hono';
import type { Env } from '../app-env.ts';
import { clientOf } from '../playback/client-of.ts';
import { invalid } from '../request-body.ts';
import type { Services } from '../services.ts';
import type { ManifestRequest, Mouth } from './manifests.ts';

type ManifestContext = Context<Env>;

const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';
/** Each answer holds a fresh token and what is best now. */
const NOT_KEPT = { 'Cache-Control': 'no-store' };

/** For players that know no header: the permission is in the path. */
export function manifestRoutes({ config, findNetwork, manifests }: Services) {
  const app = new Hono<Env>();
  const requestOf = (c: ManifestContext): ManifestRequest => ({
    path: { token: c.req.param('token') ?? '', permit: c.req.param('permit') ?? '' },
    client: clientOf(c.env.clientAddress, c.req.header(CLIENT_ADDRESS_HEADER), config.trustClientAddress, findNetwork),
    origin: config.publicUrl ?? new URL(c.req.url).origin,
  });
  app.get('/v1/manifests/:token/:permit/main.m3u8', async (c) =>
    c.body(await manifests.hls(requestOf(c)), 200, { ...NOT_KEPT, 'Content-Type': HLS }),
  );
  app.get('/v1/manifests/:token/:permit/main.mpd', async (c) =>
    c.body(await manifests.dash(requestOf(c)), 200, { ...NOT_KEPT, 'Content-Type': DASH }),
  );
  app.get('/v1/manifests/:token/:permit/steering/:mouth', async (c) => {
    const answer = await manifests.steer(requestOf(c), mouthOf(c.req.param('mouth')), new URL(c.req.url).searchParams);
    return c.json(answer, 200, NOT_KEPT);
  });
  return app;
}

function mouthOf(text: string): Mouth {
  if (text === 'hls' || text === 'dash') return text;
  throw invalid('The path', [`"${text}" is neither "hls" nor "dash"`]);
}
