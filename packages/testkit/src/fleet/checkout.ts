import { existsSync } from 'node:fs';
import path from 'node:path';

/** The checkout this file belongs to; it runs from `src/fleet` and from the bundle alike. */
export function checkoutRoot(from: string = import.meta.dirname): string {
  for (let folder = from; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'turbo.json'))) return folder;
  }
  return from;
}

/** The built control room. */
export function controlRoomDir(): string {
  return path.join(checkoutRoot(), 'examples/control-room/dist');
}
