import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { schemas } from '@pressplay/protocol';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { streamSSE } from 'hono/streaming';
import { DEMO_CLIENTS } from '../demo-fleet.ts';
import { FleetError } from './fleet-error.ts';
import { type Fleet, REGION_FAILURES } from './fleet-options.ts';

/** A page of another origin cannot set it without a preflight, which is never granted. */
export const CONTROL_HEADER = 'Pressplay-Control';

const SNAPSHOT_INTERVAL_MS = 500;
const LONGEST_OUTAGE_MS = 3600 * 1000;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

export interface ControlApp {
  readonly fleet: Omit<Fleet, 'stop'>;
  /** The built control room. */
  readonly pageDir: string;
  /** Names and ports under which the page may be opened, as `127.0.0.1:8500`. */
  readonly hosts: () => readonly string[];
}

/** The supervisor's HTTP interface as a function from request to answer. */
export function controlApp({ fleet, pageDir, hosts }: ControlApp): Hono {
  const app = new Hono();
  app.use(onlyOwnPages(hosts));
  app.onError((error, context) =>
    context.json({ error: { message: error.message } }, error instanceof FleetError ? statusOf(error) : 500),
  );
  app.get('/api/fleet', (context) => context.json(fleet.snapshot()));
  app.get('/api/fleet/stream', (context) => streamSnapshots(context, fleet));
  app.get('/api/demo', async (context) =>
    context.json({ regions: [...fleet.regions], accessToken: await fleet.accessToken(), clients: [...DEMO_CLIENTS] }),
  );
  app.post(
    '/api/ocas/:id/kill',
    act((id) => fleet.killOca(id)),
  );
  app.post(
    '/api/ocas/:id/restart',
    act((id) => fleet.restartOca(id)),
  );
  app.post(
    '/api/regions/:id/kill',
    act((id) => fleet.killRegion(id)),
  );
  app.post(
    '/api/regions/:id/restart',
    act((id) => fleet.restartRegion(id)),
  );
  app.post(
    '/api/database/kill',
    act(() => fleet.killDatabase()),
  );
  app.post(
    '/api/database/restart',
    act(() => fleet.restartDatabase()),
  );
  app.put('/api/regions/:id/outage', async (context) => {
    const body = await context.req.json().catch(() => undefined);
    const { forMs, how = 'kill' } = body ?? {};
    if (typeof forMs !== 'number' || !(forMs > 0 && forMs <= LONGEST_OUTAGE_MS) || !REGION_FAILURES.includes(how))
      return context.json(
        {
          error: {
            message: `Not an outage: expected { forMs } up to ${LONGEST_OUTAGE_MS} and { how } one of ${REGION_FAILURES.join(', ')}`,
          },
        },
        400,
      );
    await fleet.failRegion(context.req.param('id'), forMs, how);
    return context.json(fleet.snapshot());
  });
  app.put('/api/ocas/:id/faults', async (context) => {
    const body = schemas.FaultList.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) return context.json({ error: { message: `Not a list of faults: ${body.error.message}` } }, 400);
    await fleet.setFaults(context.req.param('id'), body.data.faults);
    return context.json(fleet.snapshot());
  });
  app.all('/api/*', (context) => context.json({ error: { message: `Nothing at ${context.req.path}` } }, 404));
  app.get('*', (context) => servePage(context, pageDir));
  return app;

  function act(perform: (id: string) => Promise<void>) {
    return async (context: Context) => {
      await perform(context.req.param('id') ?? '');
      return context.json(fleet.snapshot());
    };
  }
}

/** Refuses names that a foreign page could point here, foreign origins, and writes without the header. */
function onlyOwnPages(hosts: () => readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const refuse = (message: string) => context.json({ error: { message } }, 403);
    const host = context.req.header('host') ?? '';
    const origin = context.req.header('origin');
    if (!hosts().includes(host)) return refuse(`This server answers only as ${hosts().join(' or ')}`);
    if (origin !== undefined && !hosts().some((own) => origin === `http://${own}`))
      return refuse('Pages of other origins may not ask');
    const reads = context.req.method === 'GET' || context.req.method === 'HEAD';
    if (!reads && context.req.header(CONTROL_HEADER) !== '1')
      return refuse(`Writes need the header ${CONTROL_HEADER}: 1`);
    return next();
  };
}

function streamSnapshots(context: Context, fleet: ControlApp['fleet']) {
  return streamSSE(context, async (stream) => {
    const endWatch = fleet.watch();
    stream.onAbort(endWatch);
    try {
      while (!stream.aborted && !stream.closed) {
        await stream.writeSSE({ event: 'snapshot', data: JSON.stringify(fleet.snapshot()) });
        await stream.sleep(SNAPSHOT_INTERVAL_MS);
      }
    } finally {
      endWatch();
    }
  });
}

async function servePage(context: Context, pageDir: string): Promise<Response> {
  const wanted = context.req.path === '/' ? '/index.html' : decodeURIComponent(context.req.path);
  const file = path.join(pageDir, path.normalize(wanted));
  if (!file.startsWith(pageDir + path.sep)) return context.text('Not found', 404);
  const type = CONTENT_TYPES[path.extname(file)];
  const bytes = type ? await readFile(file).catch(() => undefined) : undefined;
  if (bytes && type)
    return context.body(new Uint8Array(bytes), 200, { 'content-type': type, 'cache-control': 'no-cache' });
  if (wanted !== '/index.html') return context.text('Not found', 404);
  return context.text('The control room has no build. Run: npm run build', 503);
}

function statusOf(error: FleetError): 404 | 409 | 502 {
  if (error.code === 'fleet/unknown-name') return 404;
  return error.code === 'fleet/bad-answer' ? 502 : 409;
}

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only. */
export async function startControlServer(
  options: Omit<ControlApp, 'hosts'> & { readonly port: number },
): Promise<ControlServer> {
  let port = options.port;
  const app = controlApp({ ...options, hosts: () => [`127.0.0.1:${port}`, `localhost:${port}`] });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
