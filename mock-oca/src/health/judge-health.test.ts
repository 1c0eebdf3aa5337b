import { describe, expect, it } from 'vitest';
import {
  capacityLeftBps,
  HEALTHY,
  type Health,
  type HealthSample,
  judgeHealth,
  loadsOf,
  strainOf,
} from './judge-health.ts';

const calm: HealthSample = {
  trafficBps: 0,
  capacityBps: 100,
  connections: 0,
  maxConnections: 100,
  recentDiskErrors: 0,
  draining: false,
};

function after(samples: readonly (readonly [atMs: number, sample: Partial<HealthSample>])[]): Health {
  return samples.reduce<Health>((health, [atMs, sample]) => judgeHealth(health, { ...calm, ...sample }, atMs), HEALTHY);
}

describe('health', () => {
  it('is saturated from 95 % on, by whichever bottleneck is worse, and still serves', () => {
    expect(after([[0, { trafficBps: 94 }]]).verdict).toBe('healthy');
    expect(after([[0, { trafficBps: 95 }]])).toMatchObject({
      verdict: 'saturated',
      reason: 'traffic at 95 % of capacity',
      shed: false,
    });
    expect(after([[0, { trafficBps: 10, connections: 99 }]])).toMatchObject({
      verdict: 'saturated',
      reason: 'connections at 99 % of capacity',
    });
  });

  it('does not flap around one value', () => {
    const around = Array.from({ length: 20 }, (_, i) => [i * 1000, { trafficBps: i % 2 ? 94 : 96 }] as const);
    const verdicts = around.map((_, i) => after(around.slice(0, i + 1)).verdict);
    expect(new Set(verdicts)).toEqual(new Set(['saturated']));
  });

  it('relaxes after three calm seconds in a row', () => {
    const start = [
      [0, { trafficBps: 99 }],
      [1000, { trafficBps: 50 }],
    ] as const;
    expect(after([...start, [3900, { trafficBps: 50 }]]).verdict).toBe('saturated');
    expect(after([...start, [4000, { trafficBps: 50 }]])).toEqual(HEALTHY);
    expect(after([...start, [2000, { trafficBps: 85 }], [4000, { trafficBps: 50 }]]).verdict).toBe('saturated');
  });

  it('fails after a few disk errors, and comes back only when a whole window had none', () => {
    expect(after([[0, { recentDiskErrors: 2 }]]).verdict).toBe('healthy');
    expect(after([[0, { recentDiskErrors: 3 }]])).toMatchObject({ verdict: 'failing', shed: true });
    expect(
      after([
        [0, { recentDiskErrors: 3 }],
        [9000, { recentDiskErrors: 1 }],
      ]).verdict,
    ).toBe('failing');
    expect(
      after([
        [0, { recentDiskErrors: 3 }],
        [30_000, {}],
      ]),
    ).toEqual(HEALTHY);
  });

  it('drains above all', () => {
    expect(after([[0, { draining: true, recentDiskErrors: 9 }]])).toMatchObject({ verdict: 'draining', shed: true });
  });

  it.each([
    [{ processorShare: 0.96 }, 'the processor at 96 % of capacity'],
    [{ lateMs: 1000 }, 'the processor at 100 % of capacity'],
    [{ memoryShare: 0.99 }, 'memory at 99 % of capacity'],
  ])('is saturated by its machine: %j', (changes, reason) => {
    const calmMachine = { processorShare: 0.3, lateMs: 40, memoryShare: 0.5 };
    expect(after([[0, { machine: calmMachine }]])).toEqual(HEALTHY);
    const machine = { ...calmMachine, ...changes };
    expect(after([[0, { machine }]])).toEqual({ verdict: 'saturated', reason, shed: false });
    expect(
      after([
        [0, { machine }],
        [1000, { machine: calmMachine }],
        [4000, { machine: calmMachine }],
      ]),
    ).toEqual(HEALTHY);
  });

  it('leaves as much as its worst bottleneck does', () => {
    const loads = loadsOf({ ...calm, trafficBps: 30, machine: { processorShare: 0.75, lateMs: 0, memoryShare: 0.1 } });
    expect(capacityLeftBps(loads, 1000)).toBe(250);
    expect(strainOf(loads)).toBe(0.75);
    expect(capacityLeftBps(loadsOf({ ...calm, trafficBps: 130 }), 1000)).toBe(0);
    expect(strainOf(loadsOf({ ...calm, trafficBps: 130, connections: 100 }))).toBe(0);
  });

  describe('by its disks', () => {
    const disks = (delaysMs: readonly number[], all = delaysMs.length) => ({
      disks: { all, serving: delaysMs.length, delaysMs },
    });

    it('is saturated when reads wait two seconds for the only disk, and relaxes as by any other bottleneck', () => {
      expect(after([[0, disks([1000])]]).verdict).toBe('healthy');
      const busy = [0, disks([2000])] as const;
      expect(after([busy])).toMatchObject({
        verdict: 'saturated',
        reason: 'the disks at 100 % of capacity',
        shed: false,
      });
      expect(after([busy, [1000, disks([1700])], [9000, disks([1700])]]).verdict).toBe('saturated');
      expect(after([busy, [1000, disks([100])], [4000, disks([100])]])).toEqual(HEALTHY);
    });

    it('is not saturated while one disk of several is', () => {
      expect(after([[0, disks([9000, 20])]]).verdict).toBe('healthy');
      expect(after([[0, disks([9000, 8000, 20])]]).verdict).toBe('saturated');
    });

    it('serves on with the disks that are left, and fails with the last one', () => {
      expect(after([[0, disks([5], 4)]]).verdict).toBe('healthy');
      expect(after([[0, disks([], 4)]])).toMatchObject({
        verdict: 'failing',
        reason: 'no disk can be used',
        shed: true,
      });
      expect(
        after([
          [0, disks([], 4)],
          [1000, disks([5], 4)],
        ]),
      ).toEqual(HEALTHY);
    });
  });
});
