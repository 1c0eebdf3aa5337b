import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RouteSource } from '../route-source.ts';
import { RoutesConfig } from '../routes-config.ts';
import { openRoutes } from './open-routes.ts';

let folder: string;
let path: string;
let source: RouteSource | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-routes-'));
  path = join(folder, 'routes');
});
afterEach(async () => {
  await source?.close();
  rmSync(folder, { recursive: true });
});

const open = (rules: object = {}): RouteSource => {
  source = openRoutes(RoutesConfig.parse({ source: 'file', path, pollMs: 20, ...rules }), { log: () => {} });
  return source;
};
const put = (text: string): void => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const prefixes = (): readonly string[] => (source?.routes() ?? []).map(({ prefix }) => prefix);
const until = async (isTrue: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !isTrue(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isTrue()).toBe(true);
};

describe('a file with routes', () => {
  it.each([
    ['a JSON list', '[\n{"prefix":"23.1.0.0/16","asPath":[1],"med":2}, {"prefix":"10.0.0.0/8"}]'],
    ['a JSON document', '{"routes":[{"prefix":"23.1.0.0/16","asPath":[1],"med":2},{"prefix":"10.0.0.0/8"}]}'],
    ['JSON lines', '{"prefix":"23.1.0.0/16","asPath":[1],"med":2}\n{"prefix":"10.0.0.0/8"}\n'],
    [
      'what bgpdump prints',
      'TABLE_DUMP2|1|B|1.1.1.1|1|23.1.0.0/16|1|IGP|1.1.1.1|0|2|||\nTABLE_DUMP2|1|B|1.1.1.1|1|10.0.0.0/8|1|IGP|1.1.1.1|0|2|||',
    ],
  ])('may be %s', (_what, text) => {
    put(text);
    expect(open().routes()).toEqual([{ prefix: '23.1.0.0/16', asPath: [1], med: 2 }]);
    expect(open({ takeReserved: true }).routes()).toHaveLength(2);
  });

  it('is followed, and one that is wrong or gone leaves the routes as they were', async () => {
    put('{"prefix":"23.1.0.0/16"}');
    let changes = 0;
    open().onChange(() => {
      changes += 1;
    });
    put('{"prefix":"23.1.0.0/16"}\n{"prefix":"23.2.0.0/16"}\n{"prefix":"0.0.0.0/0"}\n');
    await until(() => prefixes().length === 2);
    expect(source?.status()).toMatchObject({ source: 'file', announced: 2, refused: { default: 1 } });
    put('{"prefix":"23.3.0.0/16"}\n{"pre');
    await until(() => source?.status().error?.code === 'routes/file-invalid');
    expect([prefixes(), changes]).toEqual([['23.1.0.0/16', '23.2.0.0/16'], 1]);
    rmSync(path);
    await until(() => source?.status().error?.code === 'routes/file-unreadable');
    expect(prefixes()).toHaveLength(2);
    put('[]');
    await until(() => prefixes().length === 0);
    expect(source?.status().error).toBeUndefined();
  });

  it('must be there and be one at the start', () => {
    expect(() => open()).toThrow(/cannot be read: ENOENT/);
    put('<html>');
    expect(() => open()).toThrow(/holds no routes/);
  });
});

it('a plain list is a source, too', () => {
  const routes = [{ prefix: '10.0.0.0/8', asPath: [], med: 0 }];
  source = openRoutes(RoutesConfig.parse(routes), { log: () => {} });
  expect([source.routes(), source.status().source]).toEqual([routes, 'static']);
});
