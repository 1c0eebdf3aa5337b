import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/test-region.ts';
import { StoreClock } from './store-clock.ts';

const STORE_MS = 1_900_000_000_000;

/** A store that answers when the test says so. */
function scripted() {
  const own = testClock();
  const asked: { answer: (wallMs: number) => void; fail: () => void }[] = [];
  const store = {
    wallMs: () =>
      new Promise<number>((resolve, reject) => asked.push({ answer: resolve, fail: () => reject(new Error('no')) })),
  };
  const moves: number[] = [];
  const clock = new StoreClock(store, own, (byMs) => moves.push(byMs));
  return { own, asked, clock, moves };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the clock of the store', () => {
  it("is the region's own until it was read, then the store's, whatever the region's wall clock does", async () => {
    const { own, asked, clock, moves } = scripted();
    expect(clock.wallMs()).toBe(own.wallMs());
    const ownMs = own.wallMs();
    const reading = clock.read();
    asked[0]?.answer(STORE_MS);
    await reading;
    expect(clock.wallMs()).toBe(STORE_MS);
    expect(moves).toEqual([STORE_MS - ownMs]);
    own.advance(5000);
    expect(clock.wallMs()).toBe(STORE_MS + 5000);
    expect(clock.nowMs()).toBe(own.nowMs());
  });

  it('was read in the middle of the time that the answer took', async () => {
    const { own, asked, clock } = scripted();
    const reading = clock.read();
    own.advance(100);
    asked[0]?.answer(STORE_MS);
    await reading;
    expect(clock.wallMs()).toBe(STORE_MS + 50);
  });

  it('is read once a minute, and kept where the store fails', async () => {
    const { own, asked, clock, moves } = scripted();
    clock.beat();
    clock.beat();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(STORE_MS);
    await turn();
    own.advance(59_999);
    clock.beat();
    expect(asked).toHaveLength(1);
    own.advance(1);
    clock.beat();
    asked[1]?.fail();
    await turn();
    expect(clock.wallMs()).toBe(STORE_MS + 60_000);
    own.advance(60_000);
    clock.beat();
    asked[2]?.answer(STORE_MS + 119_000);
    await turn();
    expect(clock.wallMs()).toBe(STORE_MS + 119_000);
    expect(moves).toHaveLength(1);
  });
});
