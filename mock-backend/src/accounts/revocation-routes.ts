import { schemas } from '@pressplay/protocol';
import { Hono } from 'hono';
import { requireOperator, requireViewer } from '../authentication.ts';
import { limitBody, SMALL_BODY_BYTES } from '../limit-body.ts';
import { jsonBody } from '../request-body.ts';
import type { Services } from '../services.ts';

/** Operators call API tokens of accounts back. */
export function revocationRoutes(services: Services): Hono {
  const { revocations } = services;
  const app = new Hono();
  app.post('/v1/revocations', limitBody(SMALL_BODY_BYTES), async (c) => {
    requireOperator(c.req.header('Authorization'), services);
    return c.json(await revocations.revoke(await jsonBody(c.req, schemas.RevocationRequest)));
  });
  app.get('/v1/revocations', (c) => {
    requireViewer(c.req.header('Authorization'), services);
    return c.json(revocations.list());
  });
  return app;
}
