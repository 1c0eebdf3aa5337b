import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerMeter } from './delivery-server-meter.ts';

type Step = readonly [kind: 'answered' | 'began' | 'received' | 'ended' | 'restart', afterMs: number, size: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('answered', 'began', 'received', 'ended', 'restart'),
  fc.integer({ min: 0, max: 3000 }),
  fc.integer({ min: 1, max: 500_000 }),
);

/** What the meter says at the end, read after each step or only then. */
function readingOf(steps: readonly Step[], readsBetween: boolean) {
  let nowMs = 0;
  const meter = new ServerMeter({ nowMs: () => nowMs });
  const read = () => ({ measurement: meter.measurement(), expectation: meter.expectation() });
  for (const [kind, afterMs, size] of steps) {
    nowMs += afterMs;
    if (kind === 'began' || kind === 'ended') meter[kind]();
    else meter[kind](size);
    if (readsBetween) read();
  }
  return read();
}

describe('the meter of a server', () => {
  it('says the same however often it was read before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        expect(readingOf(steps, true)).toEqual(readingOf(steps, false));
      }),
    );
  });
});
