import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** True for a folder on a disk that turns; false for flash, for memory and where the system does not tell. */
export function isRotational(folder: string): boolean {
  try {
    const { dev } = statSync(folder);
    // As glibc's major() and minor() read it.
    const [major, minor] = [Math.floor(dev / 256) & 0xfff, (dev & 0xff) | ((Math.floor(dev / 2 ** 12) & ~0xff) >>> 0)];
    const device = realpathSync(`/sys/dev/block/${major}:${minor}`);
    return readOne(join(device, 'queue/rotational')) ?? readOne(join(device, '../queue/rotational')) ?? false;
  } catch {
    return false;
  }
}

/** A partition has no queue of its own: its disk has. */
function readOne(path: string): boolean | undefined {
  try {
    return readFileSync(path, 'utf8').trim() === '1';
  } catch {
    return undefined;
  }
}
