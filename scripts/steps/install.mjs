import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, ROOT } from './run.mjs';

const LOCK = path.join(ROOT, 'package-lock.json');
const INSTALLED = path.join(ROOT, 'node_modules/.package-lock.json');
/** Where the scripts remember what they have done for this checkout. */
export const CACHE_DIR = path.join(ROOT, 'node_modules/.cache/pressplay');
const STAMP = path.join(CACHE_DIR, 'installed-lock');

/** True when what is installed is what the lock file asks for. */
export function isInstalled() {
  try {
    const installedMs = statSync(INSTALLED).mtimeMs;
    if (installedMs >= statSync(LOCK).mtimeMs) return true;
    return readFileSync(STAMP, 'utf8') === lockHash();
  } catch {
    return false;
  }
}

export async function install() {
  await npm(['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'], { quiet: true });
  mkdirSync(CACHE_DIR, { recursive: true });
  writeFileSync(STAMP, lockHash());
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK)).digest('hex');
}
