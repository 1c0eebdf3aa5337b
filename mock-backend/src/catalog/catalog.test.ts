import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { makeTitle } from '../testing/test-region.ts';
import { Catalog } from './catalog.ts';

const clock = { nowMs: () => 0, wallMs: () => 0 };
const noLog = (): void => undefined;

describe('a title that another region publishes', () => {
  it('is found at once, also right after this region has read the catalog', async () => {
    const store = new MemoryStore();
    const here = new Catalog(store, clock, noLog);
    await here.refresh();
    await new Catalog(store, clock, noLog).put(makeTitle('film'));
    expect((await here.find('film'))?.title.titleId).toBe('film');
  });

  it('is found while a read that began before it is still under way', async () => {
    const store = new MemoryStore();
    let release = (): void => undefined;
    const slow: Pick<Store, 'titlesSince'> = {
      async titlesSince(revision) {
        const titles = await store.titlesSince(revision);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return titles;
      },
    };
    const here = new Catalog(Object.assign(Object.create(store), slow), clock, noLog);
    const reading = here.refresh();
    await Promise.resolve();
    await store.putTitle(makeTitle('film'));
    const finding = here.find('film');
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await reading;
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect((await finding)?.title.titleId).toBe('film');
  });
});
