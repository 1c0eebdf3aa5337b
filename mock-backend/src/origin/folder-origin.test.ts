import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolderOrigin } from './folder-origin.ts';
import { ORIGIN_CONFORMANCE } from './origin-conformance.ts';
import { storageError } from './origin-error.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pressplay-origin-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('the folder origin', () => {
  for (const { name, run } of ORIGIN_CONFORMANCE) it(name, () => run(openFolderOrigin(join(dir, 'origin'))));

  it('leaves no temporary file behind when a put fails', async () => {
    const origin = openFolderOrigin(dir);
    const source = join(dir, 'source.bin');
    await writeFile(source, 'other bytes');
    await expect(origin.put(source, '0'.repeat(32))).rejects.toMatchObject({ code: 'origin/content-mismatch' });
    expect(await readdir(join(dir, 'files'))).toEqual([]);
  });

  it('names the path of a title file that is damaged', async () => {
    await mkdir(join(dir, 'titles'));
    await writeFile(join(dir, 'titles', 'film.json'), '{"titleId": "fil');
    await expect(openFolderOrigin(dir).listTitles()).rejects.toMatchObject({
      code: 'origin/invalid-title',
      context: { path: join(dir, 'titles', 'film.json') },
    });
  });

  it('tells a full disk from other failures', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(storageError(full, '/data/x').code).toBe('origin/disk-full');
    expect(storageError(new Error('EIO'), '/data/x').code).toBe('origin/storage');
  });

  it('says so when the disk is full', async (context) => {
    // /dev/full accepts opening and answers every write with ENOSPC.
    const { open } = await import('node:fs/promises');
    const handle = await open('/dev/full', 'w').catch(() => undefined);
    if (!handle) return context.skip('no /dev/full on this system');
    const error = await handle.writeFile('x').catch((cause: unknown) => storageError(cause, '/dev/full'));
    await handle.close();
    expect(error).toMatchObject({ code: 'origin/disk-full', context: { path: '/dev/full' } });
  });
});
