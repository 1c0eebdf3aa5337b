import type { Store } from '../store/store.ts';

/** The store, of which nothing can be had while it is down. */
export const failingStore = (store: Store, isDown: () => boolean): Store =>
  new Proxy(store, {
    get:
      (target, name: keyof Store) =>
      async (...given: never[]) => {
        if (isDown()) throw new Error('connection refused');
        return (target[name] as (...all: never[]) => unknown).apply(target, given);
      },
  });
