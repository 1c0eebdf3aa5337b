import type { RegionLife } from '@pressplay/protocol/messages';
import { Hono } from 'hono';
import { ApiError } from '../api-error.ts';
import type { Env } from '../app-env.ts';
import { requireViewer } from '../authentication.ts';
import type { Services } from '../services.ts';
import { apiPage } from './api-page.ts';
import { API_ROUTES } from './api-routes.ts';
import { openApiDocument } from './openapi-document.ts';
import { regionVitals } from './region-vitals.ts';

/** The page brings its style and nothing else; not even a script of its own could run. */
const PAGE_HEADERS = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
};

/** What whoever runs a region asks it. None of these waits for the store. */
export function operationsRoutes(services: Services): Hono<Env> {
  const { config, clock, meter } = services;
  const app = new Hono<Env>();
  const startedMs = clock.nowMs();
  const document = once(() => openApiDocument(API_ROUTES));
  const page = once(() => apiPage(document()));
  app.get('/v1/live', (c) => {
    const life: RegionLife = { regionId: config.regionId, upForMs: Math.round(clock.nowMs() - startedMs) };
    return c.json(life);
  });
  app.get('/openapi.json', (c) => c.json(document()));
  app.get('/docs', (c) => c.html(page(), 200, PAGE_HEADERS));
  app.get('/metrics', async (c) => {
    requireViewer(c.req.header('Authorization'), services);
    if (!meter)
      throw new ApiError('request/not-found', 'Nobody counts in this region: it is not a process of its own.');
    const { contentType, text } = await meter.expose(await regionVitals(services));
    return c.body(text, 200, { 'Content-Type': contentType });
  });
  return app;
}

/** Asked for seldom: made at the first question. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
