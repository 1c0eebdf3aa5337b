import { schemas } from '@pressplay/protocol';
import type { ReplayReport, SteeringExplanations } from '@pressplay/protocol/messages';
import { parsePrefix } from '@pressplay/protocol/routes';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../api-error.ts';
import { requireOperator, requireViewer } from '../authentication.ts';
import { limitBody, SMALL_BODY_BYTES } from '../limit-body.ts';
import { invalid, jsonBody, valid } from '../request-body.ts';
import type { Services } from '../services.ts';
import { explain } from './explain.ts';
import { replayLog } from './replay.ts';

const IMPORT_BYTES = 16 * 1024 * 1024;

/** Operators ask why a play was steered as it was, what would have been, and bring routes of a site. */
export function steeringRoutes(services: Services): Hono {
  const { config, decisions, imports } = services;
  const app = new Hono();
  const isSite = (asked: string) => config.sites.some(({ siteId }) => siteId === asked);
  app.get('/v1/steering/decisions/:playId', async (c) => {
    requireViewer(c.req.header('Authorization'), services);
    const playId = valid(c.req.param('playId'), schemas.PlayId, 'The play id');
    const found = await decisions.find(playId).catch(unavailable('The decision log cannot be read now: try again.'));
    if (found.length === 0)
      throw new ApiError('steering/not-logged', `No decision of play "${playId}" is in the log.`, { playId });
    const answer: SteeringExplanations = {
      decisions: found.map((decision) => ({ decision, text: explain(decision) })),
    };
    return c.json(answer);
  });
  app.post('/v1/steering/replay', limitBody(SMALL_BODY_BYTES), async (c) => {
    requireViewer(c.req.header('Authorization'), services);
    const { withoutSites, sinceMs, limit } = await jsonBody(c.req, schemas.ReplayRequest);
    const unknown = withoutSites.filter((siteId) => !isSite(siteId));
    if (unknown.length > 0)
      throw invalid(
        'The replay',
        unknown.map((siteId) => `withoutSites: "${siteId}" is no site of this fleet`),
      );
    const found = await decisions
      .latest(sinceMs, limit)
      .catch(unavailable('The decision log cannot be read now: try again.'));
    const report: ReplayReport = replayLog(found, { withoutSites });
    return c.json(report);
  });
  const limit = bodyLimit({
    maxSize: IMPORT_BYTES,
    onError: () => {
      throw new ApiError('request/too-large', 'The part is too large: send more parts.', { maxBytes: IMPORT_BYTES });
    },
  });
  app.put('/v1/sites/:siteId/routes', limit, async (c) => {
    requireOperator(c.req.header('Authorization'), services);
    const siteId = valid(c.req.param('siteId'), schemas.SiteId, 'The site id');
    if (!isSite(siteId)) throw invalid('The site id', [`"${siteId}" is no site of this fleet`]);
    const part = await jsonBody(c.req, schemas.RoutesImport);
    const wrong = part.routes.find(({ prefix }) => !parsePrefix(prefix));
    if (wrong) throw invalid('The routes', [`"${wrong.prefix}" is no address prefix`]);
    await imports.take(siteId, part).catch(unavailable('The routes were not kept: the store does not answer.'));
    return c.body(null, 204);
  });
  return app;
}

const unavailable = (message: string) => (error: unknown) => {
  throw new ApiError('store/unavailable', message, {}, { cause: error });
};
