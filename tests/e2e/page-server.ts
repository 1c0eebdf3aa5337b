import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

const BUNDLE = fileURLToPath(new URL('../../packages/sdk-web/dist/pressplay.min.js', import.meta.url));
const PROBES = fileURLToPath(new URL('./page-probes.js', import.meta.url));

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Pressplay browser test</title>
<style>body { margin: 0; background: #111; color: #eee; font: 14px monospace } video { width: 960px; height: 540px; background: #000 }</style></head>
<body>
<video playsinline></video>
<pre id="line"></pre>
<script src="/probes.js"></script>
<script src="/pressplay.min.js"></script>
</body>
</html>`;

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the test page with the single-file build of the SDK: what a page without a bundler gets. */
export async function servePage(): Promise<PageServer> {
  const files: Record<string, [type: string, body: string | Buffer]> = {
    '/': ['text/html; charset=utf-8', PAGE],
    '/probes.js': ['text/javascript', await readFile(PROBES)],
    '/pressplay.min.js': ['text/javascript', await readFile(BUNDLE)],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', undefined];
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
