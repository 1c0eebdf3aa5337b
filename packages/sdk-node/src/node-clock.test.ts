import { setTimeout as sleep } from 'node:timers/promises';
import { clockCases } from '@pressplay/sdk-core/testing';
import { describe, expect, it } from 'vitest';
import { nodeClock } from './node-clock.ts';

describe('the clock of Node', () => {
  for (const { name, run } of clockCases)
    it(name, () => run(() => ({ clock: nodeClock, passMs: (durationMs) => sleep(durationMs) })));

  it('does not fire a delay of many days at once', async () => {
    let fired = false;
    const cancel = nodeClock.schedule(2 ** 33, () => {
      fired = true;
    });
    await sleep(20);
    cancel();
    expect(fired).toBe(false);
  });
});
