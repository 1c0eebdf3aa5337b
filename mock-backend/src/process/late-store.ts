import type { Store } from '../store/store.ts';

export interface ServedStore extends Store {
  close?(): Promise<void>;
}

/**
 * A store that is not there yet: questions open it, one attempt at a time, and are put to it once it is open. A question
 * waits no longer than the limit; the attempt goes on.
 */
export function lateStore(open: () => Promise<ServedStore>, limitMs: number): ServedStore {
  let opened: ServedStore | undefined;
  let opening: Promise<ServedStore> | undefined;
  let isClosed = false;
  const store = async (): Promise<ServedStore> => {
    if (opened) return opened;
    opening ??= open()
      .then(async (fresh) => {
        opened = fresh;
        if (isClosed) await fresh.close?.();
        return fresh;
      })
      .finally(() => {
        opening = undefined;
      });
    return within(opening, limitMs);
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    await opened?.close?.();
  };
  return new Proxy({} as ServedStore, {
    get(_, name) {
      if (name === 'close') return close;
      // Not to be taken for a promise by whoever awaits it.
      if (name === 'then' || typeof name === 'symbol') return undefined;
      return async (...given: unknown[]) => {
        const target = await store();
        return Reflect.apply(Reflect.get(target, name), target, given);
      };
    },
  });
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${limitMs} ms.`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
