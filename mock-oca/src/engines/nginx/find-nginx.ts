import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface FoundNginx {
  readonly binary: string;
  readonly version: string;
  /** Modules to load, in order: Lua, where it is not built in. */
  readonly modules: readonly string[];
  readonly hasThreads: boolean;
}

export type NginxSearch =
  | { readonly ok: true; readonly nginx: FoundNginx }
  | { readonly ok: false; readonly reason: string };

/** Debian keeps it out of the path of everybody but root. */
const CANDIDATES = ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx', 'openresty'];
const LUA_MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so'];

/** The nginx of this machine with its Lua module, or why there is none. Runs it once. */
export function findNginx(candidates: readonly string[] = CANDIDATES): NginxSearch {
  for (const binary of candidates) {
    const { status, stderr } = spawnSync(binary, ['-V'], { encoding: 'utf8' });
    if (status === 0) return judge(binary, stderr);
  }
  return { ok: false, reason: 'no nginx on this machine' };
}

function judge(binary: string, said: string): NginxSearch {
  const version = /version: (\S+)/.exec(said)?.[1] ?? 'unknown';
  const hasThreads = said.includes('--with-threads');
  if (version.startsWith('openresty') || /--add-module=\S*lua-nginx-module/.test(said))
    return { ok: true, nginx: { binary, version, modules: [], hasThreads } };
  const folder = /--modules-path=(\S+)/.exec(said)?.[1];
  const modules = folder === undefined ? [] : LUA_MODULES.map((name) => join(folder, name)).filter(existsSync);
  if (modules.length < LUA_MODULES.length)
    return { ok: false, reason: `${version} has no Lua module (Debian: libnginx-mod-http-lua)` };
  return { ok: true, nginx: { binary, version, modules, hasThreads } };
}
