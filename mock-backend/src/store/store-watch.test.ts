import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/test-region.ts';
import { MemoryStore } from './memory-store.ts';
import { StoreSilent, StoreWatch } from './store-watch.ts';

/** A store whose answers the test gives, one after the other. */
function scripted() {
  const asked: { answer: () => void; fail: (error: Error) => void }[] = [];
  const store = new MemoryStore();
  store.findPlay = () =>
    new Promise((resolve, reject) => asked.push({ answer: () => resolve(undefined), fail: (error) => reject(error) }));
  const clock = testClock();
  const watch = new StoreWatch(store, clock);
  const ask = () => {
    const asking = watch.store.findPlay('1'.repeat(32));
    asking.catch(() => undefined);
    return asking;
  };
  return { asked, clock, watch, ask };
}

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('a store that', () => {
  it('answers is not silent, however many ask', async () => {
    const { asked, watch, ask } = scripted();
    const questions = [ask(), ask(), ask()];
    for (const { answer } of asked) answer();
    await Promise.all(questions);
    expect(watch.silentForMs()).toBeUndefined();
  });

  it('fails is silent from the first question that failed until one is answered', async () => {
    const { asked, watch, clock, ask } = scripted();
    for (let count = 0; count < 3; count++) {
      const question = ask();
      asked.at(-1)?.fail(REFUSED);
      await expect(question).rejects.toBe(REFUSED);
      clock.advance(1000);
    }
    expect(watch.silentForMs()).toBe(3000);
    const last = ask();
    asked.at(-1)?.answer();
    await last;
    expect(watch.silentForMs()).toBeUndefined();
  });

  it('hangs holds up one question; the others fail at once', async () => {
    const { asked, watch, ask } = scripted();
    const first = ask();
    asked[0]?.fail(REFUSED);
    await expect(first).rejects.toBe(REFUSED);
    const trying = ask();
    await expect(ask()).rejects.toBeInstanceOf(StoreSilent);
    await expect(ask()).rejects.toBeInstanceOf(StoreSilent);
    expect(asked).toHaveLength(2);
    watch.tryAgain();
    const insisted = ask();
    expect(asked).toHaveLength(3);
    asked[1]?.answer();
    asked[2]?.answer();
    await Promise.all([trying, insisted]);
  });

  it('refuses one question answers; one that is ending does not', async () => {
    const { asked, watch, ask } = scripted();
    const wrapped = (code: string) => new Error('Failed query', { cause: Object.assign(new Error('no'), { code }) });
    const refused = ask();
    asked[0]?.fail(wrapped('23505'));
    await expect(refused).rejects.toThrow('Failed query');
    expect(watch.silentForMs()).toBeUndefined();
    for (const code of ['57P01', '53300', 'EPIPE', '08006']) {
      const ended = ask();
      asked.at(-1)?.fail(wrapped(code));
      await expect(ended).rejects.toThrow('Failed query');
      expect(watch.silentForMs(), code).toBe(0);
      watch.tryAgain();
    }
  });
});
