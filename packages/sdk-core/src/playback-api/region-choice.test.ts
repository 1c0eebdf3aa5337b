import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_REGION_MEMORY, nextRegion, patienceMs, rememberAnswer, rememberFailure } from './region-choice.ts';

const regions = ['near', 'mid', 'far'].map((regionId) => ({ regionId }));

it('asks the nearest first, and then each other once', () => {
  expect(nextRegion(regions, NO_REGION_MEMORY, [], 0)).toEqual({ region: regions[0], reason: 'nearest' });
  expect(nextRegion(regions, NO_REGION_MEMORY, ['near'], 0)?.region).toBe(regions[1]);
  expect(nextRegion(regions, NO_REGION_MEMORY, ['near', 'mid', 'far'], 0)).toBeUndefined();
});

it('prefers the region that answered last', () => {
  const memory = rememberAnswer(rememberFailure(NO_REGION_MEMORY, 'near', 0), 'far', 20);
  expect(nextRegion(regions, memory, [], 1)).toEqual({ region: regions[2], reason: 'answered-last' });
  expect(nextRegion(regions, memory, ['far'], 1)?.region).toBe(regions[1]);
});

it('sets a failing region aside for longer each time, and forgives it when it answers', () => {
  let memory = rememberFailure(NO_REGION_MEMORY, 'near', 0);
  expect(nextRegion(regions, memory, [], 4999)?.region).toBe(regions[1]);
  expect(nextRegion(regions, memory, [], 5000)?.region).toBe(regions[0]);
  memory = rememberFailure(memory, 'near', 5000);
  expect(nextRegion(regions, memory, [], 14_999)?.region).toBe(regions[1]);
  expect(nextRegion(regions, memory, [], 15_000)?.region).toBe(regions[0]);
  expect(rememberAnswer(memory, 'near', 20).setAside).toEqual({});
});

it('asks even regions that are set aside before it gives up, the soonest due first', () => {
  const memory = regions.reduce(
    (before, { regionId }, at) => rememberFailure(before, regionId, 100 - at),
    NO_REGION_MEMORY,
  );
  expect(nextRegion(regions, memory, [], 200)).toEqual({ region: regions[2], reason: 'last-resort' });
});

it('visits every region exactly once, whatever it remembers', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('near', 'mid', 'far'), fc.boolean(), fc.nat(400_000)));
  fc.assert(
    fc.property(steps, fc.nat(400_000), (history, nowMs) => {
      const memory = history.reduce(
        (before, [regionId, ok, atMs]) =>
          ok ? rememberAnswer(before, regionId, atMs) : rememberFailure(before, regionId, atMs),
        NO_REGION_MEMORY,
      );
      const tried: string[] = [];
      for (
        let choice = nextRegion(regions, memory, tried, nowMs);
        choice;
        choice = nextRegion(regions, memory, tried, nowMs)
      ) {
        tried.push(choice.region.regionId);
      }
      expect([...tried].sort()).toEqual(['far', 'mid', 'near']);
    }),
  );
});

it('waits for an answer as long as any line may need, and longer where answers took longer on this one', () => {
  const after = (...tookMs: number[]) =>
    patienceMs(
      tookMs.reduce((memory, one) => rememberAnswer(memory, 'near', one), NO_REGION_MEMORY),
      450,
    );
  expect(after()).toBe(450);
  expect(after(20)).toBe(450);
  expect(after(20, 400, 20)).toBeGreaterThan(1000);
  expect(after(400, ...Array.from({ length: 30 }, () => 20))).toBe(450);
});
