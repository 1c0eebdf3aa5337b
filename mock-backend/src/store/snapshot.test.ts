import { expect, it } from 'vitest';
import { usableAgeMs } from './snapshot.ts';

const HOUR_MS = 3600 * 1000;

it('a snapshot serves for its lifetime, from when the store last answered', () => {
  expect(usableAgeMs(1_000_000, 1_000_000 + HOUR_MS, 6 * HOUR_MS)).toBe(HOUR_MS);
  expect(usableAgeMs(1_000_000, 1_000_000 + 6 * HOUR_MS - 1, 6 * HOUR_MS)).toBe(6 * HOUR_MS - 1);
  expect(usableAgeMs(1_000_000, 1_000_000 + 6 * HOUR_MS, 6 * HOUR_MS)).toBeUndefined();
});

it('one stamped ahead of the clock is new if clocks may differ so, and else cannot be used', () => {
  expect(usableAgeMs(1_000_000, 1_000_000 - 30_000, HOUR_MS)).toBe(0);
  expect(usableAgeMs(1_000_000 + 24 * HOUR_MS, 1_000_000, HOUR_MS)).toBeUndefined();
});
