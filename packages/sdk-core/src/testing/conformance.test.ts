import { describe, expect, it } from 'vitest';
import { HeadlessEngine } from '../headless/headless-engine.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import { type ClockHarness, clockCases } from './clock-conformance.ts';
import { mediaEngineCases } from './media-engine-conformance.ts';
import { samplePlayResponse } from './sample-play.ts';
import { VirtualClock } from './virtual-clock.ts';

const virtual = (): ClockHarness & { clock: VirtualClock } => {
  const clock = new VirtualClock();
  return { clock, passMs: (durationMs) => clock.advance(durationMs) };
};

describe('the virtual clock is a Clock', () => {
  for (const { name, run } of clockCases) it(name, () => run(virtual));
});

describe('the headless engine is a MediaEngine', () => {
  for (const { name, run } of mediaEngineCases) {
    it(name, () =>
      run(() => ({
        ...virtualEngine(),
        presentation: presentationOf(samplePlayResponse()),
        bytesOf: ({ startByte, endByte }) => new Uint8Array(endByte - startByte),
      })),
    );
  }
});

function virtualEngine() {
  const harness = virtual();
  return { ...harness, engine: new HeadlessEngine({ clock: harness.clock, bufferGoalMs: 8000 }) };
}

describe('the suites notice', () => {
  const violations = async (make: () => ClockHarness): Promise<string[]> => {
    const broken: string[] = [];
    for (const { name, run } of clockCases) await run(make).catch(() => broken.push(name));
    return broken;
  };

  it('a clock that fires inside the call', async () => {
    const eager = (): ClockHarness => {
      const { clock, passMs } = virtual();
      const schedule = (_: number, callback: () => void): (() => void) => {
        callback();
        return () => {};
      };
      return { clock: { nowMs: () => clock.nowMs(), wallMs: () => clock.wallMs(), schedule }, passMs };
    };
    expect(await violations(eager)).toHaveLength(3);
  });

  it('a clock that goes backwards', async () => {
    const backwards = (): ClockHarness => {
      const { clock, passMs } = virtual();
      return {
        clock: { nowMs: () => -clock.nowMs(), wallMs: () => clock.wallMs(), schedule: clock.schedule.bind(clock) },
        passMs,
      };
    };
    expect(await violations(backwards)).toContain('never goes backwards');
  });
});
