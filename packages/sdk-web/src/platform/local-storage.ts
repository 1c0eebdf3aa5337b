import type { Storage as StoragePort } from '@pressplay/sdk-core';

/** What of the browser's store is used. */
export type KeyValueStore = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

const PREFIX = 'pressplay:';

/**
 * `localStorage` behind the port. Private windows, sandboxed frames and full disks throw on access, even on reading
 * the property: losing the store loses comfort, never correctness, so every failure reads as "nothing stored".
 */
export function localStore(open: () => KeyValueStore = () => globalThis.localStorage): StoragePort {
  return {
    get: (key) => attempt(() => open().getItem(PREFIX + key) ?? undefined),
    set: (key, value) => attempt(() => open().setItem(PREFIX + key, value)),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
