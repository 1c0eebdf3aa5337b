import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNginx } from './find-nginx.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-nginx-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says of itself what an nginx would. */
function programThatSays(words: string): string {
  const path = join(folder, 'nginx');
  writeFileSync(path, `#!/bin/sh\ncat >&2 <<'END'\n${words}\nEND\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('looking for nginx', () => {
  it('takes one whose modules lie where it says', () => {
    for (const name of ['ndk_http_module.so', 'ngx_http_lua_module.so']) writeFileSync(join(folder, name), '');
    const binary = programThatSays(
      `nginx version: nginx/1.22.1\nconfigure arguments: --modules-path=${folder} --with-threads`,
    );
    expect(findNginx(['/nowhere/nginx', binary])).toEqual({
      ok: true,
      nginx: {
        binary,
        version: 'nginx/1.22.1',
        modules: [join(folder, 'ndk_http_module.so'), join(folder, 'ngx_http_lua_module.so')],
        hasThreads: true,
      },
    });
  });

  it('takes one that has Lua built in', () => {
    const binary = programThatSays('nginx version: openresty/1.25.3.1\nconfigure arguments: --prefix=/x');
    expect(findNginx([binary])).toMatchObject({ ok: true, nginx: { modules: [], hasThreads: false } });
  });

  it('says what is missing', () => {
    const binary = programThatSays(`nginx version: nginx/1.22.1\nconfigure arguments: --modules-path=${folder}`);
    expect(findNginx([binary])).toEqual({
      ok: false,
      reason: 'nginx/1.22.1 has no Lua module (Debian: libnginx-mod-http-lua)',
    });
    expect(findNginx(['/nowhere/nginx'])).toEqual({ ok: false, reason: 'no nginx on this machine' });
  });
});
