import { describe, expect, it } from 'vitest';
import { localStore } from './local-storage.ts';

function memory(): {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  readonly keys: () => string[];
} {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    keys: () => [...values.keys()],
  };
}

describe('the local store', () => {
  it('gives back what was set, under a name of its own', () => {
    const values = memory();
    const store = localStore(() => values);
    store.set('servers', '[1]');
    expect(store.get('servers')).toBe('[1]');
    expect(values.keys()).toEqual(['pressplay:servers']);
  });

  it('is empty where the browser refuses access', () => {
    const store = localStore(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(() => store.set('servers', '[1]')).not.toThrow();
    expect(store.get('servers')).toBeUndefined();
  });

  it('survives a full store', () => {
    const store = localStore(() => ({
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    }));
    expect(() => store.set('servers', '[1]')).not.toThrow();
  });
});
