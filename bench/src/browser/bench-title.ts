import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSampleTitle, openFolderOrigin } from '@pressplay/mock-backend/node';
import type { CatalogTitle } from '@pressplay/protocol/messages';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/pressplay-bench/test-card', import.meta.url));

/**
 * Puts the test card, with motion all along and five video renditions up to 2.5 Mbit/s, into the data folder of a fleet.
 * It is encoded once (ffmpeg is needed) and kept under `node_modules/.cache`.
 */
export async function provideTitle(dataDir: string): Promise<CatalogTitle> {
  if (!existsSync(CACHE)) await encode();
  const originDir = path.join(dataDir, 'origin');
  await mkdir(originDir, { recursive: true });
  await cp(CACHE, originDir, { recursive: true });
  const [title] = await openFolderOrigin(originDir).listTitles();
  if (!title) throw new Error(`There is no title in ${CACHE}: delete that folder.`);
  return title;
}

async function encode(): Promise<void> {
  console.error('Encoding the test card, once...');
  const workDir = await mkdtemp(path.join(tmpdir(), 'pressplay-bench-encode-'));
  try {
    const made = path.join(workDir, 'origin');
    await makeSampleTitle({ origin: openFolderOrigin(made), workDir });
    await mkdir(path.dirname(CACHE), { recursive: true });
    await cp(made, `${CACHE}.new`, { recursive: true });
    await rename(`${CACHE}.new`, CACHE);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
