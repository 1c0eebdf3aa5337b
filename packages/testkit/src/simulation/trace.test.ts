import { VirtualClock } from '@pressplay/sdk-core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followTrace } from './follow-trace.ts';
import { Network } from './network.ts';
import { parseTrace, traceAt, traceDurationMs } from './trace.ts';

const TEXT = 'duration_ms,bandwidth_kbps,latency_ms\n1000,800,40\n500,0,40\n2500,8000,20\n';

describe('a trace', () => {
  it('is read with its rates in bits and its latency one way', () => {
    expect(parseTrace(TEXT).steps).toEqual([
      { durationMs: 1000, rateBps: 800_000, latencyMs: 20 },
      { durationMs: 500, rateBps: 0, latencyMs: 20 },
      { durationMs: 2500, rateBps: 8_000_000, latencyMs: 10 },
    ]);
  });

  it.each([
    '',
    'time,rate\n1,2',
    'duration_ms,bandwidth_kbps,latency_ms\n',
    `${TEXT}100,-5,20`,
    `${TEXT}0,5,20`,
    `${TEXT}x`,
  ])('is refused where it makes no sense: %j', (text) => {
    expect(() => parseTrace(text)).toThrow();
  });

  it('begins again at its end, and always says how long a step holds', () => {
    const trace = parseTrace(TEXT);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3999 }), fc.integer({ min: 0, max: 5 }), (atMs, rounds) => {
        const { step, leftMs } = traceAt(trace, atMs + rounds * traceDurationMs(trace));
        expect(traceAt(trace, atMs)).toEqual({ step, leftMs });
        expect(leftMs).toBeGreaterThan(0);
        expect(leftMs).toBeLessThanOrEqual(step.durationMs);
      }),
    );
  });
});

describe('a link that follows a trace', () => {
  const follow = (fromMs: number) => {
    const clock = new VirtualClock();
    const network = new Network(clock);
    const home = network.join('home', '198.51.100.7', { rateBps: 1, latencyMs: 1, state: 'up' });
    return { clock, home, stop: followTrace(clock, network, 'home', parseTrace(TEXT), fromMs) };
  };

  it('has each rate for its time, over and over', async () => {
    const { clock, home } = follow(0);
    const seen: number[] = [];
    for (let i = 0; i < 10; i++) {
      seen.push(home.link.rateBps / 1000);
      await clock.advance(500);
    }
    expect(seen).toEqual([800, 800, 0, 8000, 8000, 8000, 8000, 8000, 800, 800]);
  });

  it('may begin in the middle, and stops where it is', async () => {
    const { clock, home, stop } = follow(1250);
    expect(home.link).toEqual({ rateBps: 0, latencyMs: 20, state: 'up' });
    await clock.advance(250);
    expect(home.link.rateBps).toBe(8_000_000);
    stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
