import { describe, expect, it } from 'vitest';
import { cmsdDynamic, gaugeLoad, type LoadSample } from './load-gauge.ts';

const sample = (given: Partial<LoadSample> = {}): LoadSample => ({
  trafficBps: 0,
  capacityBps: 100e6,
  connections: 0,
  maxConnections: 1000,
  strainShare: 0,
  ...given,
});

describe('the load that an OCA tells of', () => {
  it('becomes duress at the upper mark and stays so down to the lower one', () => {
    const at = (wasInDuress: boolean, trafficBps: number) => gaugeLoad(wasInDuress, sample({ trafficBps })).inDuress;
    expect([at(false, 89e6), at(false, 90e6), at(true, 76e6), at(true, 74e6)]).toEqual([false, true, true, false]);
  });

  it('counts responses, and what strains the machine, as well as traffic', () => {
    expect(gaugeLoad(false, sample({ connections: 900 })).inDuress).toBe(true);
    expect(gaugeLoad(false, sample({ strainShare: 0.9 })).inDuress).toBe(true);
  });

  it('lets one more response expect a fair share, and no more than its pace', () => {
    expect(gaugeLoad(false, sample({ connections: 9 })).expectedBps).toBe(10e6);
    expect(gaugeLoad(false, sample({ connections: 9, paceBps: 4e6 })).expectedBps).toBe(4e6);
  });

  it('is written as CTA-5006 has it', () => {
    expect(cmsdDynamic('fjord-1-a', { inDuress: false, expectedBps: 4e6 })).toBe('"fjord-1-a";etp=4000');
    expect(cmsdDynamic('fjord-1-a', { inDuress: true, expectedBps: 4e6 })).toBe('"fjord-1-a";etp=4000;mb=4000;du');
  });
});
