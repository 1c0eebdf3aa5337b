import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures.ts';

const BUILD = fileURLToPath(new URL('../../examples/quick-start/dist', import.meta.url));
const TYPES: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

test('the quick start plays as it is', async ({ page, fleet, titleId }) => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://page');
    const path = pathname === '/' ? '/index.html' : pathname;
    readFile(BUILD + path).then(
      (body) =>
        response.writeHead(200, { 'Content-Type': TYPES[path.split('.').pop() ?? ''] ?? 'text/plain' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const settings = { regions: fleet.regions, accessToken: await fleet.accessToken(), clients: [] };
  await page.route('**/api/demo', (route) => route.fulfill({ json: settings }));

  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?title=${titleId}`);
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 2);
  await expect(page.locator('#message')).toContainText('streaming from');
  await page.close();
  server.close();
});
