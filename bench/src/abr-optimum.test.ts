import { describe, expect, it } from 'vitest';
import { optimum } from './abr-optimum.ts';
import { type Decider, Link, play } from './abr-play.ts';
import { generatedTraces, type Trace } from './abr-traces.ts';

const kbps = [1000, 3000];
const video = { L: 4000, kbps, sizes: Array.from({ length: 10 }, () => kbps.map((rate) => rate * 4000)) };
const config = { video, bufferMs: 20_000, qoe: 'lin' } as const;
const worth = { qualities: [1, 3], waitPrice: 3 };
const steady = (rateKbps: number, latencyMs = 0): Link =>
  new Link({ family: '', name: '', latencyMs, pieces: [{ durationMs: 1000, rateKbps }] });

const always = (quality: number): Decider => ({
  decide: () => ({ quality }),
  onProgress: () => -1,
  onDownloaded: () => undefined,
});

describe('the small simulation', () => {
  it('delivers what the pieces of a trace carry, over and over', () => {
    const pieces = [
      { durationMs: 1000, rateKbps: 100 },
      { durationMs: 1000, rateKbps: 0 },
    ];
    const link = new Link({ family: '', name: '', latencyMs: 50, pieces });
    expect(link.arrivalMs(0, 95_000)).toBeCloseTo(1000);
    expect(link.arrivalMs(0, 96_000)).toBeCloseTo(2010);
    expect(link.bitsBy(5500)).toBeCloseTo(300_000);
  });

  it('counts start-up and waiting at the full price', () => {
    // Ten segments of 4 s at half the rate that the best needs: 8 s each, the first as start-up, 4 s of waiting each.
    const slow = play(steady(1500), config, worth, always(1));
    expect(slow.worth).toBeCloseTo(3 - (3 * (8 + 9 * 4)) / 10);
    expect(slow.rebuffering).toBeCloseTo(36 / 76);
  });

  it('replaces a buffered segment in place, and what comes too late not at all', () => {
    const replacing = (at: number): Decider => {
      let done = false;
      const decide: Decider['decide'] = ({ segment }) => {
        if (segment !== 4 || done) return { quality: 0 };
        done = true;
        return { quality: 1, replace: at - segment };
      };
      return { ...always(0), decide };
    };
    const plain = play(steady(6000), config, worth, always(0)).worth;
    expect(play(steady(6000), config, worth, replacing(3)).worth).toBeCloseTo(plain + (2 - 4) / 10);
    expect(play(steady(6000), config, worth, replacing(0)).worth).toBeCloseTo(plain);
  });
});

describe('the plan that knows the future', () => {
  it('takes the best at once where starting slowly saves less than it loses', () => {
    expect(optimum(steady(300_000), config, worth)).toBeCloseTo(play(steady(300_000), config, worth, always(1)).worth);
  });

  it('is beaten by nothing that keeps to one rendition', () => {
    for (const trace of generatedTraces(3, 2)) {
      const link = new Link(trace);
      const best = optimum(link, config, worth);
      for (const rung of [0, 1]) {
        expect(play(link, config, worth, always(rung)).worth, trace.name).toBeLessThanOrEqual(best + 1e-9);
      }
    }
  });
});

describe('generated networks', () => {
  it('are the same for the same seed and different for another', () => {
    const rates = (traces: readonly Trace[]): number[] => traces.map(({ pieces }) => pieces[7]?.rateKbps ?? 0);
    expect(rates(generatedTraces(1, 2))).toEqual(rates(generatedTraces(1, 2)));
    expect(rates(generatedTraces(1, 2))).not.toEqual(rates(generatedTraces(2, 2)));
  });
});
