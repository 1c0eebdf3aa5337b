import type { HealthReport } from '@pressplay/protocol/messages';
import { expect, it } from 'vitest';
import { usabilityOf } from './usability.ts';

const heard = (verdict: HealthReport['verdict'], atMs: number) => ({
  atMs,
  report: {
    ocaId: 'a',
    siteId: 's',
    baseUrl: 'http://a',
    verdict,
    reason: 'disk slow',
    capacityBps: 1,
    trafficBps: 0,
    connections: 0,
    servedBytes: 0,
    uptimeMs: 0,
  },
});

it('names the healthy, and the saturated as such', () => {
  expect(usabilityOf(heard('healthy', 0), 5000, 5000)).toMatchObject({ usable: true, saturated: false });
  expect(usabilityOf(heard('saturated', 0), 1, 5000)).toMatchObject({ usable: true, saturated: true });
});

it('names nobody who is silent for too long, failing, draining or unheard of', () => {
  expect(usabilityOf(heard('healthy', 0), 5001, 5000)).toEqual({ usable: false, reason: 'silent for 5001 ms' });
  expect(usabilityOf(heard('failing', 0), 1, 5000)).toEqual({ usable: false, reason: 'failing: disk slow' });
  expect(usabilityOf(heard('draining', 0), 1, 5000).usable).toBe(false);
  expect(usabilityOf(undefined, 1, 5000).usable).toBe(false);
});
