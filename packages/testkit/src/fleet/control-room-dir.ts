import { existsSync } from 'node:fs';
import path from 'node:path';

/** The built control room of this checkout; this file runs from `src/fleet` and from the bundle alike. */
export function controlRoomDir(from: string = import.meta.dirname): string {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const page = path.join(folder, 'examples/control-room');
    if (existsSync(page)) return path.join(page, 'dist');
  }
  return path.join(from, 'control-room');
}
