import { schemas } from '@pressplay/protocol';
import { maskMediaToken } from '@pressplay/protocol/wire';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { revocationRoutes } from './accounts/revocation-routes.ts';
import { allowOrigins } from './allow-origins.ts';
import { ApiError } from './api-error.ts';
import type { Env } from './app-env.ts';
import { requireAccount, requireOca, requireOperator, requireViewer } from './authentication.ts';
import { contradictionsOf } from './catalog/check-title.ts';
import { drainRoutes } from './fleet/drain-routes.ts';
import { REPORT_KINDS } from './fleet/oca-reports.ts';
import { limitBody, SMALL_BODY_BYTES } from './limit-body.ts';
import { manifestRoutes } from './manifests/manifest-routes.ts';
import { errorAnswerOf } from './operations/error-answer.ts';
import { operationsRoutes } from './operations/operations-routes.ts';
import { requestLog } from './operations/request-log.ts';
import { PlayRequests } from './playback/play-requests.ts';
import { playRoutes } from './playback/play-routes.ts';
import { bodyText, invalid, jsonBody, valid } from './request-body.ts';
import type { Services } from './services.ts';
import { steeringRoutes } from './steering/steering-routes.ts';

const KIB = 1024;
const LARGE_BODY_BYTES = 16 * KIB * KIB;

/** The routes: each reads its request, asks one service and writes the answer. */
export function createApp(services: Services, plays: PlayRequests = new PlayRequests(services)): Hono<Env> {
  const app = new Hono<Env>();
  answerBrowsers(app, services);
  answerErrors(app, services);
  app.route('/', playRoutes(plays));
  catalogRoutes(app, services);
  ocaRoutes(app, services);
  telemetryRoutes(app, services);
  regionRoutes(app, services);
  app.route('/', drainRoutes(services));
  app.route('/', revocationRoutes(services));
  app.route('/', steeringRoutes(services));
  app.route('/', manifestRoutes(services));
  app.route('/', operationsRoutes(services));
  refuseOtherMethods(app);
  return app;
}

function answerBrowsers(app: Hono<Env>, services: Services): void {
  const { config } = services;
  app.use(requestLog(services));
  app.use(allowOrigins(config));
}

function answerErrors(app: Hono<Env>, { log }: Services): void {
  app.notFound((c) => {
    throw new ApiError('request/not-found', `There is nothing at ${maskMediaToken(c.req.path)}.`, {
      method: c.req.method,
    });
  });
  app.onError((thrown, c) => {
    const { error, body, retryAfterS } = errorAnswerOf(thrown, c.get('requestId'), log);
    c.set('errorCode', error.code);
    if (retryAfterS !== undefined) c.header('Retry-After', String(retryAfterS));
    return c.json(body, error.status as ContentfulStatusCode);
  });
}

function catalogRoutes(app: Hono<Env>, services: Services): void {
  const { catalog, longIndexes, overview } = services;
  app.get('/v1/titles', async (c) => {
    await requireAccount(c.req.header('Authorization'), services);
    return c.json({ titles: await overview.titles() });
  });
  app.put('/v1/titles/:titleId', limitBody(LARGE_BODY_BYTES), async (c) => {
    requireOperator(c.req.header('Authorization'), services);
    const title = await jsonBody(c.req, schemas.CatalogTitle);
    mustBe('titleId', c.req.param('titleId'), title.titleId);
    const contradictions = contradictionsOf(title);
    if (contradictions.length > 0) throw invalid('The title', contradictions);
    await catalog.put(await longIndexes.forCatalog(title)).catch((error) => {
      const { titleId } = title;
      throw new ApiError(
        'store/unavailable',
        'The title was not published: the store does not answer.',
        { titleId },
        { cause: error },
      );
    });
    return c.body(null, 204);
  });
}

function ocaRoutes(app: Hono<Env>, services: Services): void {
  const { fill, ocaReports } = services;
  for (const kind of REPORT_KINDS) {
    app.put(
      `/v1/ocas/:ocaId/${kind}`,
      limitBody(kind === 'health' ? SMALL_BODY_BYTES : LARGE_BODY_BYTES),
      async (c) => {
        const authorization = c.req.header('Authorization');
        const answer = ocaReports.take({
          kind,
          ocaId: c.req.param('ocaId'),
          authorization,
          text: await bodyText(c.req),
        });
        return answer.tellAll ? c.json(answer) : c.body(null, 204);
      },
    );
  }
  app.get('/v1/ocas/:ocaId/fill-manifest', async (c) => {
    const ocaId = valid(c.req.param('ocaId'), schemas.OcaId, 'The OCA id');
    requireOca(c.req.header('Authorization'), ocaId, services);
    return c.json(await fill.manifestFor(ocaId));
  });
}

/** Pages that end send text/plain without headers: the token in the path is the permission. */
function telemetryRoutes(app: Hono<Env>, services: Services): void {
  const { telemetry } = services;
  app.post('/v1/telemetry/:token', limitBody(SMALL_BODY_BYTES), async (c) => {
    telemetry.take(c.req.param('token'), await bodyText(c.req));
    return c.body(null, 204);
  });
  app.get('/v1/telemetry', (c) => {
    requireViewer(c.req.header('Authorization'), services);
    return c.json(telemetry.report());
  });
}

function regionRoutes(app: Hono<Env>, services: Services): void {
  const { overview, originFile } = services;
  app.get('/v1/fleet', async (c) => {
    requireViewer(c.req.header('Authorization'), services);
    return c.json(await overview.fleet());
  });
  app.get('/v1/ocas/:ocaId', async (c) => {
    requireViewer(c.req.header('Authorization'), services);
    const ocaId = valid(c.req.param('ocaId'), schemas.OcaId, 'The OCA id');
    const detail = await overview.oca(ocaId);
    if (!detail) throw new ApiError('fleet/unknown-oca', `No OCA "${ocaId}" has ever reported here.`, { ocaId });
    return c.json(detail);
  });
  app.get('/v1/health', async (c) => {
    const health = await services.readiness.health();
    return c.json(health, health.ready ? 200 : 503);
  });
  app.get('/v1/origin/:token/:fileId', (c) => originFile(c.req.raw, c.req.param('token'), c.req.param('fileId')));
}

/** A path that exists answers 405 and says what it allows, where an unknown path answers 404. */
function refuseOtherMethods(app: Hono<Env>): void {
  const allowed = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === 'ALL' || path === '/*') continue;
    allowed.set(path, (allowed.get(path) ?? new Set()).add(method));
  }
  for (const [path, methods] of allowed) {
    app.all(path, (c) => {
      c.header('Allow', [...methods].join(', '));
      throw new ApiError('request/method-not-allowed', `${c.req.method} is not for this path.`, {
        allowed: [...methods],
      });
    });
  }
}

function mustBe(field: string, inPath: string, inBody: string): void {
  if (inPath !== inBody) throw invalid('The body', [`${field}: "${inBody}" is not the "${inPath}" of the path`]);
}
