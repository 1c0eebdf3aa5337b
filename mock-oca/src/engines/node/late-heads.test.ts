import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LateHeads } from './late-heads.ts';
import type { Outlet } from './outlet.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function outlet() {
  const flushHead = vi.fn();
  return { outlet: { flushHead } as unknown as Outlet, flushHead };
}

describe('heads whose bodies are being read', () => {
  it('wait for bodies that come soon', async () => {
    const heads = new LateHeads();
    const { outlet: quick, flushHead } = outlet();
    expect(await heads.during(quick, Promise.resolve('bytes'))).toBe('bytes');
    await vi.advanceTimersByTimeAsync(1000);
    expect(flushHead).not.toHaveBeenCalled();
  });

  it('go before bodies that take their time, once each', async () => {
    const heads = new LateHeads();
    const [slow, failing] = [outlet(), outlet()];
    let arrive = (_bytes: string): void => {};
    const body = heads.during(
      slow.outlet,
      new Promise<string>((resolve) => {
        arrive = resolve;
      }),
    );
    const failed = heads.during(
      failing.outlet,
      new Promise((_, reject) => setTimeout(() => reject(new Error('EIO')), 5)),
    );
    await Promise.all([expect(failed).rejects.toThrow('EIO'), vi.advanceTimersByTimeAsync(5)]);
    await vi.advanceTimersByTimeAsync(1000);
    arrive('bytes');
    expect(await body).toBe('bytes');
    expect(slow.flushHead).toHaveBeenCalledTimes(1);
    expect(failing.flushHead).not.toHaveBeenCalled();
  });
});
