import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macrotaskScheduler } from './settle.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('virtual time', () => {
  it('fires timers in due order, those due together in the order of scheduling, each at its due time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 200 }), async (delaysMs) => {
        const clock = new VirtualClock();
        const fired: { delayMs: number; index: number; atMs: number }[] = [];
        delaysMs.forEach((delayMs, index) => {
          clock.schedule(delayMs, () => fired.push({ delayMs, index, atMs: clock.nowMs() }));
        });
        await clock.advance(50);
        const expected = delaysMs
          .map((delayMs, index) => ({ delayMs, index, atMs: delayMs }))
          .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index);
        expect(fired).toEqual(expected);
        expect(clock.nowMs()).toBe(50);
      }),
      { numRuns: 50 },
    );
  });

  it('never fires a cancelled timer, however many are cancelled, and forgets them', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const cancels = Array.from({ length: 1000 }, (_, i) => clock.schedule(i % 37, () => fired.push(i)));
    cancels.forEach((cancel, i) => {
      if (i % 10 !== 0) cancel();
    });
    expect(clock.pendingTimers).toBe(100);
    await clock.advance(100);
    expect([...fired].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i * 10));
    expect(clock.pendingTimers).toBe(0);
    for (const cancel of cancels) cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets long promise chains settle before the next timer', async () => {
    const clock = new VirtualClock();
    let steps = 0;
    clock.schedule(1, async () => {
      for (let i = 0; i < 500; i++) await Promise.resolve(steps++);
    });
    let seen = 0;
    clock.schedule(1, () => {
      seen = steps;
    });
    await clock.advance(1);
    expect(seen).toBe(500);
  });

  it('stops where the condition holds', async () => {
    const clock = new VirtualClock();
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      clock.schedule(10, tick);
    };
    clock.schedule(10, tick);
    expect(await clock.runUntil(() => ticks === 3, 1000)).toBe(true);
    expect(clock.nowMs()).toBe(30);
    expect(await clock.runUntil(() => false, 25)).toBe(false);
    expect(clock.nowMs()).toBe(50);
  });

  it('says so when a promise is never settled', async () => {
    const clock = new VirtualClock();
    await expect(clock.resolve(new Promise(() => {}), 100)).rejects.toThrow('settled');
    await expect(clock.resolve(clock.sleep(70), 100)).resolves.toBeUndefined();
    expect(clock.nowMs()).toBe(70);
  });

  it('turns on MessageChannel where setImmediate does not exist', async () => {
    const nextTurn = macrotaskScheduler({ MessageChannel: FakeChannel });
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      nextTurn(() => order.push('first'));
      nextTurn(() => {
        order.push('second');
        resolve();
      });
      order.push('before');
    });
    expect(order).toEqual(['before', 'first', 'second']);
    expect(() => macrotaskScheduler({})).toThrow('MessageChannel');
  });
});

class FakeChannel {
  readonly port1 = { onmessage: null as (() => void) | null, postMessage: () => {} };
  readonly port2 = { onmessage: null, postMessage: () => void setImmediate(() => this.port1.onmessage?.()) };
}
