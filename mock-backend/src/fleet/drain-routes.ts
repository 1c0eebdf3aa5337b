import { schemas } from '@pressplay/protocol';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../api-error.ts';
import { requireOperator } from '../authentication.ts';
import { invalid, jsonBody, valid } from '../request-body.ts';
import type { Services } from '../services.ts';

const BODY_BYTES = 16 * 1024;

/** Operators take an OCA or a site out of service, and put it back. */
export function drainRoutes(services: Services): Hono {
  const { fleet, drains } = services;
  const app = new Hono();
  const limit = bodyLimit({
    maxSize: BODY_BYTES,
    onError: () => {
      throw new ApiError('request/too-large', `The body is larger than ${BODY_BYTES} bytes.`, { maxBytes: BODY_BYTES });
    },
  });
  const knownOca = (text: string): string => {
    const ocaId = valid(text, schemas.OcaId, 'The OCA id');
    if (fleet.knows(ocaId)) return ocaId;
    throw new ApiError('fleet/unknown-oca', `No OCA "${ocaId}" has ever reported here.`, { ocaId });
  };
  const knownSite = (text: string): string => {
    const siteId = valid(text, schemas.SiteId, 'The site id');
    if (fleet.site(siteId)) return siteId;
    throw invalid('The site id', [`"${siteId}" is no site of this fleet`]);
  };
  for (const [kind, folder, known] of [
    ['oca', 'ocas', knownOca],
    ['site', 'sites', knownSite],
  ] as const) {
    app.put(`/v1/${folder}/:id/drain`, limit, async (c) => {
      requireOperator(c.req.header('Authorization'), services);
      const id = known(c.req.param('id'));
      const { reason } = await jsonBody(c.req, schemas.DrainRequest);
      await drains.begin(kind, id, reason);
      return c.body(null, 204);
    });
    app.delete(`/v1/${folder}/:id/drain`, async (c) => {
      requireOperator(c.req.header('Authorization'), services);
      await drains.end(kind, known(c.req.param('id')));
      return c.body(null, 204);
    });
  }
  return app;
}
