import { describe, expect, it } from 'vitest';
import { cmsdDynamic, gaugeLoad, type Load, type LoadSample, NO_LOAD, placeOf } from './load-gauge.ts';

const sample = (given: Partial<LoadSample> = {}): LoadSample => ({
  trafficBps: 0,
  capacityBps: 100e6,
  connections: 0,
  maxConnections: 1000,
  strainShare: 0,
  ...given,
});
const inDuress: Load = { ...NO_LOAD, inDuress: true };

describe('the load that an OCA tells of', () => {
  it('becomes duress at the upper mark and stays so down to the lower one', () => {
    const at = (before: Load, trafficBps: number) => gaugeLoad(before, sample({ trafficBps }), 0).inDuress;
    expect([at(NO_LOAD, 89e6), at(NO_LOAD, 90e6), at(inDuress, 76e6), at(inDuress, 74e6)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('counts responses, and what strains the machine, as well as traffic', () => {
    expect(gaugeLoad(NO_LOAD, sample({ connections: 900 }), 0).inDuress).toBe(true);
    expect(gaugeLoad(NO_LOAD, sample({ strainShare: 0.9 }), 0).inDuress).toBe(true);
  });

  it('lets one more response expect a fair share, and no more than its pace', () => {
    expect(gaugeLoad(NO_LOAD, sample({ connections: 9 }), 0).expectedBps).toBe(10e6);
    expect(gaugeLoad(NO_LOAD, sample({ connections: 9, paceBps: 4e6 }), 0).expectedBps).toBe(4e6);
  });

  it('asks as many to leave as are too many, more while that does not help, and nobody afterwards', () => {
    const full = sample({ trafficBps: 100e6 });
    let load = gaugeLoad(NO_LOAD, full, 0);
    expect(load.leavingShare).toBeCloseTo(0.3);
    for (let s = 1; s <= 10; s++) load = gaugeLoad(load, full, s * 1000);
    expect(load.leavingShare).toBeCloseTo(0.5);
    const relieved = gaugeLoad(load, sample({ trafficBps: 70e6 }), 11_000);
    expect(relieved.leavingShare).toBe(0);
    expect(gaugeLoad(relieved, full, 12_000).leavingShare).toBeCloseTo(0.3);
  });

  it('asks the same of however many questions a second, and does not leap after a silence', () => {
    const full = sample({ trafficBps: 100e6 });
    let load = gaugeLoad(NO_LOAD, full, 0);
    for (let ms = 1; ms <= 10_000; ms++) load = gaugeLoad(load, full, ms);
    expect(load.leavingShare).toBeCloseTo(0.5);
    expect(gaugeLoad(inDuress, full, 3_600_000).leavingShare).toBeLessThan(0.35);
  });

  it('asks plays by their ids, each share about as many', () => {
    const places = Array.from({ length: 256 }, (_, n) => placeOf(`0123${n.toString(16).padStart(2, '0')}`));
    expect(places.filter((place) => place < 0.3).length).toBe(77);
    expect([placeOf('zz'), placeOf('')].every((place) => place >= 0 && place < 1)).toBe(true);
  });

  it('is written as CTA-5006 has it', () => {
    const calm = { ...NO_LOAD, expectedBps: 4e6 };
    expect(cmsdDynamic('fjord-1-a', calm, false)).toBe('"fjord-1-a";etp=4000');
    expect(cmsdDynamic('fjord-1-a', { ...calm, inDuress: true }, false)).toBe('"fjord-1-a";etp=4000;mb=4000');
    expect(cmsdDynamic('fjord-1-a', calm, true)).toBe('"fjord-1-a";etp=4000;mb=4000;du');
  });
});
