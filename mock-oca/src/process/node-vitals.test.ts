import { expect, it } from 'vitest';
import { nodeVitals } from './node-vitals.ts';

it('tells what the process used since the last time, and of how much memory', async () => {
  const vitals = nodeVitals(4 * process.memoryUsage.rss());
  vitals();
  // By the processor's time: on a busy machine this process may not get any for long.
  const usedUs = (): number => process.cpuUsage().user + process.cpuUsage().system;
  const untilUs = usedUs() + 300_000;
  while (usedUs() < untilUs) Math.sqrt(untilUs);
  const busy = vitals();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const idle = vitals();
  expect(busy.processorShare).toBeGreaterThan(idle.processorShare);
  expect(busy.processorShare).toBeLessThanOrEqual(1);
  expect(busy.memoryShare).toBeGreaterThan(0.05);
  expect(busy.memoryShare).toBeLessThan(1);
});

it('takes a share of the machine where no limit is given', () => {
  const { memoryShare } = nodeVitals()();
  expect(memoryShare).toBeGreaterThan(0);
  expect(memoryShare).toBeLessThan(1);
});
