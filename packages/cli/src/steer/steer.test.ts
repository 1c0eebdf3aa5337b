import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { operatorApi } from './operator-api.ts';
import { replayText } from './replay-text.ts';
import { routesOfFile } from './routes-of-file.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const LOAD = { capacityBps: 1e9, baseBps: 2e8, beforeBps: 0, afterBps: 9e8, overloaded: true };

it('a replay says what moved, what is lost and what would be overloaded', () => {
  const text = replayText(
    {
      decisions: 12,
      plays: 10,
      reproduced: 12,
      moved: 9,
      lost: 1,
      sites: [{ siteId: 'ix-1', ...LOAD }],
      ocas: [{ ocaId: 'ix-1-a', siteId: 'ix-1', ...LOAD }],
    },
    ['fjord-1'],
  );
  expect(text).toContain('12 decisions of 10 plays; 12 come out as logged.');
  expect(text).toContain('Without fjord-1: 9 plays start elsewhere, 1 lose a file.');
  expect(text).toMatch(/Overloaded:\n +ix-1-a +plays 0 -> 900 Mbit\/s, with 200 before them, of 1000 \(110 %\)/);
});

it('a file of routes is read line by line; one without any is refused', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-steer-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'dump.txt');
  writeFileSync(file, '{"prefix":"10.0.0.0/8"}\r\n{"prefix":"11.0.0.0/8"}');
  expect(routesOfFile(file).routes).toHaveLength(2);
  writeFileSync(file, 'hello\n');
  expect(() => routesOfFile(file)).toThrow('holds no route');
  expect(() => routesOfFile(path.join(folder, 'none'))).toThrow('cannot be read');
});

it('an import goes to every region in parts, and passes over one that is down', async () => {
  const heard: { url: string; body: { part: number; parts: number; routes: unknown[] } }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      heard.push({ url: request.url ?? '', body: JSON.parse(text) });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const api = operatorApi({
    operatorToken: 'operator',
    regions: [
      { regionId: 'down', baseUrl: 'http://127.0.0.1:1' },
      { regionId: 'up', baseUrl: `http://127.0.0.1:${port}` },
    ],
  });
  const routes = Array.from({ length: 1001 }, (_, at) => ({
    prefix: `10.${at >> 8}.${at & 255}.0/24`,
    asPath: [],
    med: 0,
  }));
  expect(await api.importRoutes('ix-1', routes)).toEqual(['up']);
  expect(heard.map(({ url, body }) => [url, body.part, body.parts, body.routes.length])).toEqual([
    ['/v1/sites/ix-1/routes', 0, 2, 1000],
    ['/v1/sites/ix-1/routes', 1, 2, 1],
  ]);
});
