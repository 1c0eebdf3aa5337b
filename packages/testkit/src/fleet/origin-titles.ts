import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { CatalogTitle } from '@pressplay/protocol/messages';

/** The titles that ingest has put into the origin, checked, by id. */
export async function readOriginTitles(originDir: string): Promise<CatalogTitle[]> {
  const folder = path.join(originDir, 'titles');
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) => schemas.CatalogTitle.parse(JSON.parse(await readFile(path.join(folder, name), 'utf8')))),
  );
}

/** Distinct files of all titles in the origin. Renditions with the same bytes are one file. */
export async function countOriginFiles(originDir: string): Promise<number> {
  const titles = await readOriginTitles(originDir);
  return new Set(titles.flatMap((title) => title.renditions.map((rendition) => rendition.fileId))).size;
}
