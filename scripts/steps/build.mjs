import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE_DIR } from './install.mjs';
import { node, ROOT } from './run.mjs';

const STAMP = path.join(CACHE_DIR, 'built-sources');
const NEEDED = [
  'packages/cli/dist/index.mjs',
  'mock-backend/dist/main.mjs',
  'mock-oca/dist/main.mjs',
  'examples/control-room/dist/index.html',
];
const SOURCE_FOLDERS = ['packages', 'mock-backend', 'mock-oca', 'examples/control-room'];
const NOT_SOURCES = new Set(['node_modules', 'dist', '.turbo', 'coverage']);

/** Turbo's own check takes about a second; this one a few milliseconds. */
export function isBuilt() {
  try {
    return NEEDED.every((file) => existsSync(path.join(ROOT, file))) && readFileSync(STAMP, 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

/** Builds the command, the processes it starts and the control room. */
export async function build() {
  // Taken before: whatever changes while the build runs is built next time.
  const sources = fingerprint();
  await turbo(['run', 'build', '--filter=@pressplay/cli...', '--filter=./examples/control-room...'], { quiet: true });
  mkdirSync(CACHE_DIR, { recursive: true });
  writeFileSync(STAMP, sources);
}

export function turbo(args, options = {}) {
  const env = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  return node('node_modules/turbo/bin/turbo', [...args, '--output-logs=errors-only', '--ui=stream'], {
    name: 'turbo',
    env,
    ...options,
  });
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(path.join(ROOT, 'package-lock.json')));
  for (const folder of SOURCE_FOLDERS) addFolder(path.join(ROOT, folder), hash);
  return hash.digest('hex');
}

function addFolder(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (NOT_SOURCES.has(entry.name)) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) addFolder(file, hash);
    if (!entry.isFile()) continue;
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}:${size}:${mtimeMs}\n`);
  }
}
