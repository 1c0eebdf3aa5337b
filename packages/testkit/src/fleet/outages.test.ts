import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Outages } from './outages.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('an outage ends by itself, once', async () => {
  const outages = new Outages();
  const bringBack = vi.fn(async () => undefined);
  outages.begin('us-east-1', 60_000, bringBack);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(bringBack).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60_001);
  expect(bringBack).toHaveBeenCalledOnce();
});

it('one that somebody ended, or that a longer one replaced, brings nothing back', async () => {
  const outages = new Outages();
  const bringBack = vi.fn(async () => undefined);
  outages.begin('us-east-1', 1000, bringBack);
  outages.end('us-east-1');
  outages.begin('eu-west-1', 1000, bringBack);
  outages.begin('eu-west-1', 5000, bringBack);
  await vi.advanceTimersByTimeAsync(4000);
  expect(bringBack).not.toHaveBeenCalled();
  outages.endAll();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(bringBack).not.toHaveBeenCalled();
});
