import { describe, expect, it } from 'vitest';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { DeadlineExceeded, withDeadline } from './with-deadline.ts';

describe('work with a deadline', () => {
  it('gives its value in time and leaves no timer', async () => {
    const clock = new VirtualClock();
    expect(await clock.resolve(withDeadline(clock, 100, undefined, () => clock.sleep(50).then(() => 'done')))).toBe(
      'done',
    );
    expect(clock.pendingTimers).toBe(0);
  });

  it('is given up at the deadline, and told so, even where it does not listen', async () => {
    const clock = new VirtualClock();
    let seen: CancelSignal | undefined;
    const work = withDeadline(clock, 100, undefined, (signal) => {
      seen = signal;
      return new Promise(() => {});
    });
    await expect(clock.resolve(work)).rejects.toBeInstanceOf(DeadlineExceeded);
    expect(clock.nowMs()).toBe(100);
    expect(seen?.aborted).toBe(true);
  });

  it.each(['before', 'during'])('is aborted when the outer signal fires %s', async (when) => {
    const clock = new VirtualClock();
    const outer = new CancelController();
    if (when === 'before') outer.cancel();
    const work = withDeadline(clock, 100, outer.signal, () => new Promise(() => {}));
    outer.cancel();
    await expect(work).rejects.toMatchObject({ kind: 'aborted' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('passes its failure on', async () => {
    const clock = new VirtualClock();
    await expect(withDeadline(clock, 100, undefined, () => Promise.reject(new RangeError('x')))).rejects.toThrow(
      RangeError,
    );
  });
});
