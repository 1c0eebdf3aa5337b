import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogTitle, Revocation, Route } from '@pressplay/protocol/messages';
import type { Log } from '../ports.ts';
import type { Snapshot, SnapshotShelf } from '../store/snapshot.ts';
import type { StoredImport, StoredTitle } from '../store/store.ts';

/** Of the files below. Others are not read: a region of another version wrote them. */
const VERSION = 2;
/** How much older than it is a snapshot may say it is, so that the disk rests. */
const STAMP_EVERY_MS = 5000;

type State = Parameters<SnapshotShelf['keepGood']>[0];

interface Head extends State {
  readonly version: number;
  /** Which database it is of. */
  readonly source: string;
  readonly goodAtMs: number;
}

/**
 * What a region last read from the store, as files that only its user can read: `snapshot.json`, `revocations.json`, a file a
 * title, a file a part of an import. Each is written beside its place and renamed, and only where it changed. What is kept holds no token
 * and no key.
 */
export class SnapshotFolder implements SnapshotShelf {
  readonly #dir: string;
  readonly #source: string;
  readonly #log: Log;
  #goodAtMs: number | undefined;
  #written: Head | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(dir: string, source: string, log: Log) {
    this.#dir = dir;
    this.#source = source;
    this.#log = log;
  }

  get goodAtMs(): number | undefined {
    return this.#goodAtMs;
  }

  async read(): Promise<Snapshot | undefined> {
    const head = await readJson<Partial<Head>>(this.#place('snapshot.json'));
    if (head === undefined) return undefined;
    const { version, source, goodAtMs, drains, imports } = head;
    if (version !== VERSION || source !== this.#source || goodAtMs === undefined || !drains || !imports) {
      const fields = { version: version ?? 'none', source: source ?? 'none' };
      this.#log('warn', 'the snapshot on disk is of another version or database: it is not used', fields);
      return undefined;
    }
    const revocations = await readJson<readonly Revocation[]>(this.#place('revocations.json'));
    if (!revocations) {
      // Without them tokens that were called back would open again.
      this.#log(
        'warn',
        'the tokens that were called back cannot be read from the snapshot on disk: it is not used',
        {},
      );
      return undefined;
    }
    this.#goodAtMs = goodAtMs;
    return {
      goodAtMs,
      drains,
      imports,
      revocations,
      titles: () => this.#readTitles(),
      loadImportPart: (siteId, importId, part) => readJson(this.#partPlace(siteId, importId, part)),
    };
  }

  async keepTitles(titles: readonly StoredTitle[]): Promise<void> {
    for (const { title } of titles) await this.#write(this.#place('titles', `${title.titleId}.json`), title);
  }

  keepRevocations(revocations: readonly Revocation[]): Promise<void> {
    return this.#write(this.#place('revocations.json'), revocations);
  }

  keepImportPart(siteId: string, importId: string, part: number, routes: readonly Route[]): Promise<void> {
    return this.#write(this.#partPlace(siteId, importId, part), routes);
  }

  keepGood({ drains, imports }: State, atMs: number): void {
    // What could not be kept is missing: what lies there is no newer than it was.
    if (this.#hasFailed) return;
    this.#goodAtMs = atMs;
    const head = { version: VERSION, source: this.#source, goodAtMs: atMs, drains, imports };
    const last = this.#written;
    if (last && isSame(last, head) && Math.abs(atMs - last.goodAtMs) < STAMP_EVERY_MS) return;
    this.#written = head;
    void this.#writeHead(head, last?.imports);
  }

  /** Writes when the store was last good, and waits for everything under way. */
  async flush(): Promise<void> {
    const goodAtMs = this.#goodAtMs;
    if (this.#written && goodAtMs !== undefined && !this.#hasFailed)
      void this.#writeHead({ ...this.#written, goodAtMs }, this.#written.imports);
    await this.#writing;
  }

  async #writeHead(head: Head, importsBefore: readonly StoredImport[] | undefined): Promise<void> {
    await this.#write(this.#place('snapshot.json'), head);
    const isFirst = importsBefore === undefined;
    const isOther = isFirst || JSON.stringify(importsBefore) !== JSON.stringify(head.imports);
    if (isOther) await this.#dropParts(isFirst ? undefined : importsBefore, head.imports);
  }

  async *#readTitles(): AsyncIterable<CatalogTitle> {
    for (const name of await namesIn(this.#place('titles'))) {
      const title = await readJson<CatalogTitle>(this.#place('titles', name));
      if (title && `${title.titleId}.json` === name) yield title;
      else this.#log('warn', 'a title of the snapshot on disk cannot be read', { name });
    }
  }

  /** Parts of imports that were replaced; at first of all that nobody wants. What is on its way is nobody's yet. */
  async #dropParts(before: readonly StoredImport[] | undefined, wanted: readonly StoredImport[]): Promise<void> {
    const prefixesOf = (imports: readonly StoredImport[]): Set<string> =>
      new Set(imports.map(({ siteId, importId }) => importName(siteId, importId)));
    const [stay, went] = [prefixesOf(wanted), before && prefixesOf(before)];
    for (const name of await namesIn(this.#place('imports'))) {
      const [prefix = ''] = name.split('.');
      if (stay.has(prefix) || (went && !went.has(prefix))) continue;
      await rm(this.#place('imports', name), { force: true }).catch((error) => this.#fail(error));
    }
  }

  /** One after the other: two writes of one file cannot meet. */
  #write(path: string, value: unknown): Promise<void> {
    this.#writing = this.#writing
      .then(() => writePrivate(path, JSON.stringify(value)))
      .catch((error) => this.#fail(error));
    return this.#writing;
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed)
      this.#log('error', 'the snapshot on disk grows old: it could not be written', { error: String(error) });
    this.#hasFailed = true;
  }

  #place(...names: readonly string[]): string {
    return join(this.#dir, ...names);
  }

  #partPlace(siteId: string, importId: string, part: number): string {
    return this.#place('imports', `${importName(siteId, importId)}.${part}.json`);
  }
}

/** An import is named by whoever brings it: no name for a file. */
const importName = (siteId: string, importId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([siteId, importId]))
    .digest('hex')
    .slice(0, 32);

const isSame = (one: State, other: State): boolean =>
  JSON.stringify([one.drains, one.imports]) === JSON.stringify([other.drains, other.imports]);

async function writePrivate(path: string, text: string): Promise<void> {
  if (text === (await readFile(path, 'utf8').catch(() => undefined))) return;
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    // Else a machine that loses power may keep the new name and lose what it names.
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

async function namesIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith('.json'));
}

/** undefined where there is no such file, or half of one. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
