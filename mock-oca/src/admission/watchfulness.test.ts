import { expect, it } from 'vitest';
import { RecentRate } from './recent-rate.ts';
import { Watchfulness } from './watchfulness.ts';

it('wakes at once, and sleeps only after quiet seconds', () => {
  const watch = new Watchfulness();
  const seen = ([nowMs, share]: readonly [number, number]): boolean => watch.isOn(share, nowMs);
  expect(
    (
      [
        [0, 0.39],
        [500, 0.4],
        [1000, 0.26],
        [1500, 0.1],
        [5900, 0.1],
        [6000, 0.1],
      ] as const
    ).map(seen),
  ).toEqual([false, true, true, true, true, false]);
  expect(
    (
      [
        [6500, 3],
        [7000, 0],
        [11_000, 0.3],
        [15_900, 0],
        [16_000, 0],
      ] as const
    ).map(seen),
  ).toEqual([true, true, true, true, false]);
});

it('measures between two looks, and no shorter than makes sense', () => {
  const rate = new RecentRate();
  expect([rate.bps(5000, 1000), rate.bps(6000, 1500), rate.bps(9000, 1600), rate.bps(6000, 2000)]).toEqual([
    0, 16_000, 16_000, 0,
  ]);
});
