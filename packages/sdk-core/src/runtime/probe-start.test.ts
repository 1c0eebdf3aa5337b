import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { ProbeStart } from './probe-start.ts';

function stage() {
  const clock = new VirtualClock();
  const startedAtMs: number[] = [];
  return { clock, startedAtMs, probing: new ProbeStart(clock, () => void startedAtMs.push(clock.nowMs())) };
}

describe('probing begins', () => {
  it('with the first byte of media, once', async () => {
    const { clock, startedAtMs, probing } = stage();
    probing.arm();
    await clock.advance(90);
    for (let chunk = 0; chunk < 3; chunk++) probing.mediaCame();
    await clock.advance(1000);
    expect(startedAtMs).toEqual([90]);
  });

  it('soon where no media comes', async () => {
    const { clock, startedAtMs, probing } = stage();
    probing.arm();
    await clock.advance(1000);
    expect(startedAtMs).toEqual([300]);
  });

  it('not before it is wanted, and not after the end', async () => {
    const { clock, startedAtMs, probing } = stage();
    probing.mediaCame();
    probing.arm();
    probing.close();
    probing.mediaCame();
    await clock.advance(1000);
    expect(startedAtMs).toEqual([]);
  });
});
