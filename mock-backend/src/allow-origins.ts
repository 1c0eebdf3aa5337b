import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { BackendConfig } from './backend-config.ts';
import { REQUEST_ID_HEADER } from './operations/request-id.ts';

const PREFLIGHT_MAX_AGE_S = 86_400;
const EXPOSED = ['Retry-After', REQUEST_ID_HEADER];
const EXPOSE_HEADER = 'Access-Control-Expose-Headers';

type Headers = readonly (readonly [name: string, value: string])[];

/** What lets pages of an origin read an answer. */
export function corsHeaders({
  corsOrigins,
}: Pick<BackendConfig, 'corsOrigins'>): (origin: string | undefined) => Headers {
  const exposes = [EXPOSE_HEADER, EXPOSED.join()] as const;
  const forAll: Headers = [['Access-Control-Allow-Origin', '*'], exposes];
  const others: Headers = [exposes, ['Vary', 'Origin']];
  if (corsOrigins === '*') return () => forAll;
  return (origin) =>
    origin !== undefined && corsOrigins.includes(origin)
      ? [['Access-Control-Allow-Origin', origin], ...others]
      : others;
}

/**
 * What browsers want to hear before a page may read an answer. The headers are there before the answer is made: put on
 * afterwards, they would have each play's answer made twice.
 */
export function allowOrigins({ corsOrigins }: Pick<BackendConfig, 'corsOrigins'>): MiddlewareHandler {
  const preflight = cors({
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    allowMethods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', CLIENT_ADDRESS_HEADER, REQUEST_ID_HEADER],
    exposeHeaders: EXPOSED,
    maxAge: PREFLIGHT_MAX_AGE_S,
  });
  const headersFor = corsHeaders({ corsOrigins });
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next);
    const headers = headersFor(c.req.header('Origin'));
    for (const [name, value] of headers) c.header(name, value);
    await next();
    // A route that made its answer by itself has none of them.
    if (!c.res.headers.has(EXPOSE_HEADER)) for (const [name, value] of headers) c.header(name, value);
  };
}
