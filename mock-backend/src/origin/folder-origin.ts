import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { schemas } from '@pressplay/protocol';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import type { Origin, OriginSource, StoredFile } from './origin.ts';
import { errnoOf, OriginError, storageError } from './origin-error.ts';

const READ_BYTES = 256 * 1024;

/** An origin in a folder: `files/<fileId>` and `titles/<titleId>.json`, made at the first write. */
export function openFolderOrigin(dir: string): Origin {
  const fileAt = (fileId: string) => join(dir, 'files', safeName('file id', schemas.FileId, fileId));
  const titlesDir = join(dir, 'titles');
  return {
    async put(source, fileId) {
      const path = fileAt(fileId);
      await writeWhole(path, join(dir, 'files'), async (handle) => {
        const foundId = (await copyHashed(source, handle)).slice(0, fileId.length);
        if (foundId !== fileId)
          throw new OriginError('origin/content-mismatch', `bytes of ${foundId} were offered as ${fileId}`, {
            fileId,
            foundId,
          });
      });
    },
    read: async (fileId, fromByte = 0) => openForRead(fileAt(fileId), fromByte),
    async has(fileId) {
      return (await openForRead(fileAt(fileId), 0)) !== undefined;
    },
    async putTitle(title) {
      const checked = checkedTitle(title, 'the given title');
      const path = join(titlesDir, `${checked.titleId}.json`);
      await writeWhole(path, titlesDir, async (handle) => {
        await handle.writeFile(`${JSON.stringify(checked)}\n`);
      });
    },
    listTitles: () => readTitles(titlesDir),
  };
}

function safeName(what: string, schema: { safeParse(value: unknown): { success: boolean } }, name: string): string {
  if (schema.safeParse(name).success) return name;
  throw new OriginError('origin/invalid-name', `not a ${what}: ${JSON.stringify(name)}`, { name });
}

/** Writes beside the target and renames, so that a reader or a crash never meets half a file. */
async function writeWhole(path: string, folder: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(folder, `.tmp-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error, path);
  }
}

/** Copies and hashes in one pass; the hash is of the bytes that were written. */
async function copyHashed(source: OriginSource, handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunks: AsyncIterable<Uint8Array> = typeof source === 'string' ? createReadStream(source) : source;
  for await (const chunk of chunks) {
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  return hash.digest('hex');
}

async function openForRead(path: string, fromByte: number): Promise<StoredFile | undefined> {
  try {
    const { size } = await stat(path);
    return { sizeBytes: size, stream: streamOf(path, fromByte) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, path);
  }
}

/** Opened at the first pull, so that an unread stream holds no file; closed at its end, on error, and on cancel. */
function streamOf(path: string, fromByte: number): ReadableStream<Uint8Array> {
  let position = fromByte;
  let handle: FileHandle | undefined;
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        handle ??= await open(path, 'r');
        const { bytesRead, buffer } = await handle.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, position);
        position += bytesRead;
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
        await handle.close();
        controller.close();
      } catch (error) {
        await handle?.close();
        controller.error(storageError(error, path));
      }
    },
    cancel: () => handle?.close(),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

async function readTitles(folder: string): Promise<CatalogTitle[]> {
  const names = await readdir(folder).catch((error) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError(error, folder);
  });
  const kept = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  return Promise.all(
    kept.map(async (name) => titleFromText(await readFile(join(folder, name), 'utf8'), join(folder, name))),
  );
}

function titleFromText(text: string, path: string): CatalogTitle {
  try {
    return checkedTitle(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new OriginError(
        'origin/invalid-title',
        `${path} is not JSON: ${error.message}`,
        { path },
        { cause: error },
      );
    throw error;
  }
}

function checkedTitle(value: unknown, where: string): CatalogTitle {
  const result = schemas.CatalogTitle.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : 'not a title';
  throw new OriginError('origin/invalid-title', `${where} is no catalog title: ${reason}`, { where, reason });
}
