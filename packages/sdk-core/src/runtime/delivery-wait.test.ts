import { describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { settle } from '../testing/settle.ts';
import { waitUntil } from './delivery-wait.ts';

/** A host whose loop first runs the timers that are due and then reads what has come, as Node's does. */
function loopOfHost() {
  let nowMs = 0;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    schedule: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
  const turn = async (atMs: number, read: () => void = () => {}): Promise<void> => {
    nowMs = atMs;
    const due = timers.filter((timer) => timer.atMs <= nowMs);
    timers = timers.filter((timer) => timer.atMs > nowMs);
    for (const { callback } of due) callback();
    read();
    await settle();
  };
  return { clock, turn, pending: () => timers.length };
}

describe('waiting until a deadline', () => {
  it('takes what came in time to a host that was too busy to read it', async () => {
    const { clock, turn, pending } = loopOfHost();
    let give: (value: string) => void = () => {};
    const waiting = waitUntil(clock, new Promise<string>((resolve) => (give = resolve)), 500, NEVER_CANCELLED);
    await turn(900, () => give('bytes'));
    expect(await waiting).toEqual({ kind: 'value', value: 'bytes' });
    expect(pending()).toBe(0);
  });

  it('ends at it where nothing came', async () => {
    const { clock, turn, pending } = loopOfHost();
    const waiting = waitUntil(clock, new Promise<string>(() => {}), 500, NEVER_CANCELLED);
    await turn(500);
    await turn(501);
    expect(await waiting).toEqual({ kind: 'late' });
    expect(pending()).toBe(0);
  });
});
