import { describe, expect, it } from 'vitest';
import { BOUNDS } from './admit.ts';
import { FORGIVEN_AFTER_MS, PROMISED_BYTES, PromisedTraffic } from './promised-traffic.ts';
import type { WorkKind } from './work-kind.ts';

const CAPACITY_BPS = 80e6;
const SEGMENT = 1_000_000;

interface Asker {
  readonly kind: WorkKind;
  /** One request of a segment every so often. */
  readonly everyMs: number;
}

/** Bits per second that each kind was given over a minute, after a few seconds. */
function givenBps(askers: readonly Asker[]): Record<WorkKind, number> {
  const traffic = new PromisedTraffic(CAPACITY_BPS);
  const bits = { prefetch: 0, fill: 0, 'new-play': 0, 'running-play': 0 };
  for (let nowMs = 0; nowMs < 65_000; nowMs++) {
    for (const { kind, everyMs } of askers) {
      if (nowMs % everyMs !== 0 || traffic.aheadMs(kind, nowMs) > BOUNDS[kind].aheadMs) continue;
      const promised = traffic.promise(SEGMENT, kind === 'fill' ? 'fill' : 'viewing', nowMs);
      promised.sent(SEGMENT, nowMs);
      promised.end(nowMs);
      if (nowMs >= 5000) bits[kind] += SEGMENT * 8;
    }
  }
  const bps = (kind: WorkKind): number => bits[kind] / 60;
  return {
    prefetch: bps('prefetch'),
    fill: bps('fill'),
    'new-play': bps('new-play'),
    'running-play': bps('running-play'),
  };
}

/** As many requests as make up so much of the capacity. */
const asking = (kind: WorkKind, share: number): Asker => ({
  kind,
  everyMs: Math.round((SEGMENT * 8000) / (CAPACITY_BPS * share)),
});

describe('what is promised', () => {
  it.each(['prefetch', 'fill', 'new-play', 'running-play'] as const)('gives %s its share, and no more', (kind) => {
    const share = givenBps([asking(kind, 3)])[kind] / CAPACITY_BPS;
    expect(share).toBeGreaterThan(BOUNDS[kind].rateShare * 0.97);
    expect(share).toBeLessThan(BOUNDS[kind].rateShare * 1.03);
  });

  it('leaves to running plays all that they ask for, and to others what is left', () => {
    const given = givenBps([asking('running-play', 0.8), asking('new-play', 2), asking('prefetch', 1)]);
    expect(given['running-play'] / CAPACITY_BPS).toBeCloseTo(0.8, 2);
    expect(given['new-play'] / CAPACITY_BPS).toBeCloseTo(0.15, 1);
    expect(given.prefetch).toBe(0);
  });

  it('gives copies what viewers leave, and takes nothing from viewers for them', () => {
    const given = givenBps([asking('running-play', 0.6), asking('fill', 3)]);
    expect(given['running-play'] / CAPACITY_BPS).toBeCloseTo(0.6, 2);
    expect(given.fill / CAPACITY_BPS).toBeCloseTo(0.25, 1);
    expect(givenBps([asking('running-play', 1.2), asking('fill', 3)])['running-play'] / CAPACITY_BPS).toBeGreaterThan(
      0.97,
    );
  });

  it('takes a kind again soon, however long it was refused', () => {
    const traffic = new PromisedTraffic(CAPACITY_BPS);
    for (let n = 0; n < 1000; n++) traffic.promise(SEGMENT, 'viewing', n);
    const isTaken = (nowMs: number): boolean => traffic.aheadMs('new-play', nowMs) <= BOUNDS['new-play'].aheadMs;
    expect([isTaken(1000 + FORGIVEN_AFTER_MS / 2), isTaken(1200 + FORGIVEN_AFTER_MS)]).toEqual([false, true]);
  });

  it('is given back where it was not sent', () => {
    const traffic = new PromisedTraffic(CAPACITY_BPS);
    const promised = traffic.promise(SEGMENT, 'viewing', 0);
    promised.sent(200_000, 0);
    promised.end(0);
    promised.end(0);
    expect(traffic.aheadMs('running-play', 0)).toBeCloseTo(20);
  });

  it('counts the first part of a long answer at once, and the rest as it goes', () => {
    const traffic = new PromisedTraffic(CAPACITY_BPS);
    const promised = traffic.promise(1e9, 'viewing', 0);
    const promisedMs = (PROMISED_BYTES * 8000) / CAPACITY_BPS;
    expect(traffic.aheadMs('running-play', 0)).toBeCloseTo(promisedMs);
    promised.sent(PROMISED_BYTES - 1, 0);
    expect(traffic.aheadMs('running-play', 0)).toBeCloseTo(promisedMs);
    promised.sent(100_001, 0);
    expect(traffic.aheadMs('running-play', 0)).toBeCloseTo(promisedMs + 10);
  });
});
