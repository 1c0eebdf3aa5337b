import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import {
  type ConformanceServer,
  startConformanceServer,
} from '../../packages/sdk-web/src/testing/conformance-server.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const SAMPLE = '../../mock-backend/sample-title';

let script: string;
let pages: Server;
let conformance: ConformanceServer;
let pageUrl: string;

test.beforeAll(async () => {
  script = await bundle(here('./conformance-page.ts'));
  conformance = await startConformanceServer();
  pages = createServer(
    (request, response) => void servePage(request.url ?? '', (status, body) => response.writeHead(status).end(body)),
  );
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  pageUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
});

test.afterAll(async () => {
  await conformance.close();
  pages.close();
  pages.closeAllConnections();
});

for (const port of ['Clock', 'HttpClient', 'MediaEngine'] as const) {
  test(`in Chromium the ${port} keeps every rule of its port`, async ({ page }) => {
    test.setTimeout(180_000);
    const [title] = (await readdir(here(`${SAMPLE}/titles`))).map((file) => here(`${SAMPLE}/titles/${file}`));
    const harness = { baseUrl: conformance.baseUrl, title: JSON.parse(await readFile(title ?? '', 'utf8')) };
    await page.goto(pageUrl);
    await page.evaluate((given) => void Object.assign(window, { harness: given }), harness);
    const names = await page.evaluate((which) => window.caseNames[which], port);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const outcome = await page.evaluate(([which, wanted]) => window.runCases(which, wanted), [port, name] as const);
      expect.soft(outcome, `${port} ${name}`).toEqual({ name });
    }
  });
}

async function servePage(url: string, answer: (status: number, body: string | Buffer) => void): Promise<void> {
  if (url === '/')
    return answer(
      200,
      '<!doctype html><meta charset="utf-8"><video muted playsinline></video><script src="/page.js"></script>',
    );
  if (url === '/page.js') return answer(200, script);
  const fileId = /^\/files\/([0-9a-f]{32})$/.exec(url)?.[1];
  return fileId ? answer(200, await readFile(here(`${SAMPLE}/files/${fileId}`))) : answer(404, '');
}

/** From the sources, as the unit tests read them. */
async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['pressplay-source', 'browser', 'module', 'import', 'default'] },
    build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['iife'], name: 'Conformance' } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunk = output && 'output' in output ? output.output.find(({ type }) => type === 'chunk') : undefined;
  if (chunk?.type !== 'chunk') throw new Error('Vite gave no script.');
  return chunk.code;
}
