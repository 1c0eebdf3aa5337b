import { describe, expect, it } from 'vitest';
import { MachineWatch } from './machine-watch.ts';

const busy = { processorShare: 1, memoryShare: 0.2 };

describe('the machine', () => {
  it('is busy once it has been so for seconds, and calm again as late', () => {
    const watch = new MachineWatch();
    watch.look(busy, 500, 0);
    expect(watch.mean.processorShare).toBeLessThan(0.1);
    for (let n = 0; n < 40; n++) watch.look(busy, 500, 0);
    expect(watch.mean.processorShare).toBeGreaterThan(0.95);
    watch.look({ ...busy, processorShare: 0 }, 500, 0);
    expect(watch.mean.processorShare).toBeGreaterThan(0.85);
  });

  it('is late where its timers are, and forgets a single time', () => {
    const watch = new MachineWatch();
    watch.look(busy, 500, 2000);
    const once = watch.mean.lateMs;
    expect(once).toBeGreaterThan(0);
    expect(once).toBeLessThan(250);
    for (let n = 0; n < 20; n++) watch.look(busy, 500, 0);
    expect(watch.mean.lateMs).toBeLessThan(once / 4);
  });

  it('has the memory it has', () => {
    const watch = new MachineWatch();
    watch.look({ processorShare: 0, memoryShare: 0.97 }, 500, 0);
    expect(watch.mean.memoryShare).toBe(0.97);
  });
});
