import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export type BrowserPlayer = 'ours' | 'hls.js' | 'shaka';

const require = createRequire(import.meta.url);

/** Each player as a page without a bundler gets it: the published single file. */
const SCRIPTS: Readonly<Record<BrowserPlayer, () => string>> = {
  ours: () => fileURLToPath(new URL('../../../packages/sdk-web/dist/pressplay.min.js', import.meta.url)),
  'hls.js': () => require.resolve('hls.js/dist/hls.min.js'),
  shaka: () => require.resolve('shaka-player/dist/shaka-player.compiled.js'),
};

const page = (player: BrowserPlayer): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${player}</title>
<style>body { margin: 0; background: #111 } video { width: 640px; height: 360px; background: #000 }</style></head>
<body>
<video playsinline muted></video>
<script src="/scripts/${player}"></script>
<script src="/driver.js"></script>
</body>
</html>`;

export interface PageServer {
  readonly port: number;
  pageUrl(player: BrowserPlayer): string;
  /** Serves a manifest at a path, to everybody. */
  put(path: string, contentType: string, text: string): void;
  close(): Promise<void>;
}

/** Serves the pages, the players' scripts and the stock players' manifests. */
export async function servePages(): Promise<PageServer> {
  const files = new Map<string, readonly [type: string, body: string | Buffer]>();
  files.set('/driver.js', ['text/javascript', await readFile(new URL('./page-driver.js', import.meta.url))]);
  for (const player of ['ours', 'hls.js', 'shaka'] as const) {
    files.set(`/${player}`, ['text/html; charset=utf-8', page(player)]);
    files.set(`/scripts/${player}`, ['text/javascript', await readFile(SCRIPTS[player]())]);
  }
  const server = createServer((request, response) => {
    const [type, body] = files.get((request.url ?? '').replace(/\?.*/, '')) ?? ['text/plain', undefined];
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body ?? ''),
      'Access-Control-Allow-Origin': '*',
    });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    pageUrl: (player) => `http://127.0.0.1:${port}/${player}`,
    put: (path, contentType, text) => void files.set(path, [contentType, text]),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
