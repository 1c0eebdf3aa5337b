import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OwnLines, SharedLines } from './virtual-lines.ts';

it('are the same for several threads as for one, to the microsecond', () => {
  const step = fc.record({
    line: fc.nat(2),
    thread: fc.nat(1),
    tookMs: fc.double({ min: -50, max: 50, noNaN: true }),
    passedMs: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const memory = new SharedArrayBuffer(64);
      const [own, threads] = [new OwnLines(3), [0, 1].map(() => new SharedLines(memory, 8, 3))];
      let nowMs = 1e6;
      for (const { line, thread, tookMs, passedMs } of steps) {
        nowMs += passedMs;
        own.add(line, tookMs, nowMs, nowMs + 120);
        threads[thread]?.add(line, tookMs, nowMs, nowMs + 120);
        for (const shared of threads) expect(shared.freeAtMs(line)).toBeCloseTo(own.freeAtMs(line), 1);
      }
    }),
  );
});
