import { describe, expect, it } from 'vitest';
import { beginBody, endBody, IDLE_METER, receiveBytes } from './busy-meter.ts';
import { learnLate, lowLatencyMs, NO_LATENCY, sampleLatency } from './latency-estimator.ts';
import { markBytes, rateOver, recentRate } from './recent-rate.ts';

describe('the latency estimate', () => {
  it('ignores queues: a few slow answers do not raise it', () => {
    const samples = [20, 500, 21, 900, 22, 300];
    const state = samples.reduce((s, latencyMs) => sampleLatency(s, latencyMs), NO_LATENCY);
    expect(lowLatencyMs(state)).toBe(20);
  });

  it('follows a path that became longer, once the old samples are gone', () => {
    const state = [5, 5, 5, ...Array.from({ length: 10 }, () => 80)].reduce(
      (s, ms) => sampleLatency(s, ms),
      NO_LATENCY,
    );
    expect(lowLatencyMs(state)).toBe(80);
    expect(lowLatencyMs(NO_LATENCY)).toBeUndefined();
  });

  it('is at least as long as an answer was waited for in vain, until the next one comes', () => {
    const short = [40, 41, 45].reduce((s, ms) => sampleLatency(s, ms), NO_LATENCY);
    const late = learnLate(short, 400);
    expect(lowLatencyMs(late)).toBe(400);
    expect(lowLatencyMs(learnLate(NO_LATENCY, 1500))).toBe(1500);
    expect(lowLatencyMs(sampleLatency(late, 700))).toBe(700);
    expect(lowLatencyMs(sampleLatency(late, 42))).toBe(42);
  });

  it('learns nothing where it was waited for less than usual', () => {
    const long = sampleLatency(NO_LATENCY, 600);
    expect(learnLate(long, 400)).toBe(long);
  });
});

describe('the busy meter', () => {
  it('adds up parallel transfers: two halves of a link are the whole link', () => {
    let meter = beginBody(beginBody(IDLE_METER, 0), 0);
    let bytes = 0;
    let durationMs = 0;
    for (let nowMs = 10; nowMs <= 600; nowMs += 10) {
      for (const chunk of [1000, 1000]) {
        const metered = receiveBytes(meter, chunk, nowMs);
        meter = metered.meter;
        bytes += metered.sample?.bytes ?? 0;
        durationMs += metered.sample?.durationMs ?? 0;
      }
    }
    expect((bytes * 8000) / durationMs / 1_600_000).toBeCloseTo(1, 1);
  });

  it('does not count the time between two segments', () => {
    const first = endBody(receiveBytes(beginBody(IDLE_METER, 0), 100_000, 100).meter, 100);
    expect(first.sample).toEqual({ bytes: 100_000, durationMs: 100 });
    const second = endBody(receiveBytes(beginBody(first.meter, 60_000), 100_000, 60_100).meter, 60_100);
    expect(second.sample).toEqual({ bytes: 100_000, durationMs: 100 });
  });

  it('leaves tiny transfers out', () => {
    expect(endBody(receiveBytes(beginBody(IDLE_METER, 0), 2048, 20).meter, 20).sample).toBeUndefined();
  });
});

describe('the recent rate of a transfer', () => {
  it('forgets what was before the last two seconds', () => {
    let rate = recentRate(0);
    for (let nowMs = 100; nowMs <= 3000; nowMs += 100) rate = markBytes(rate, 100_000, nowMs);
    for (let nowMs = 3100; nowMs <= 5200; nowMs += 100) rate = markBytes(rate, 2500, nowMs);
    expect(rateOver(rate, 5200).bps).toBeCloseTo(200_000, -4);
    expect(rate.marks.length).toBeLessThan(25);
  });

  it('falls while nothing arrives', () => {
    const rate = markBytes(recentRate(0), 100_000, 100);
    expect(rateOver(rate, 1000).bps).toBeCloseTo(800_000, 0);
  });
});
