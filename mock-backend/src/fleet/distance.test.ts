import { expect, it } from 'vitest';
import { distanceKm } from './distance.ts';

it('measures along the great circle', () => {
  const oslo = { latitude: 59.91, longitude: 10.75 };
  const frankfurt = { latitude: 50.11, longitude: 8.68 };
  expect(distanceKm(oslo, frankfurt)).toBeGreaterThan(1085);
  expect(distanceKm(oslo, frankfurt)).toBeLessThan(1110);
  expect(distanceKm(oslo, oslo)).toBe(0);
  const antipode = distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 });
  expect(antipode).toBeCloseTo(Math.PI * 6371, 3);
});
