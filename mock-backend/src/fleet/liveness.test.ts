import { expect, it } from 'vitest';
import { LivenessCount, livenessOf } from './liveness.ts';

const ask = (siteIds: string[], copiesNeeded: number, sitesNeeded: number) =>
  livenessOf(siteIds, { copiesNeeded, sitesNeeded });

it('counts OCAs that hold every file, and their sites', () => {
  expect(ask(['a', 'b'], 2, 2)).toEqual({ live: true, copies: 2, sites: 2, reason: '2 of 2 copies at 2 of 2 sites' });
  expect(ask(['a', 'b'], 3, 1).live).toBe(false);
  expect(ask(['a', 'a', 'b'], 3, 3)).toMatchObject({ live: false, copies: 3, sites: 2 });
});

it('says whether a title is live as the whole count does, at every rule', () => {
  for (const siteIds of [['a', 'b'], ['a', 'a', 'b'], ['a', 'a'], []])
    for (const copiesNeeded of [0, 1, 2, 3, 4])
      for (const sitesNeeded of [0, 1, 2, 3]) {
        const count = new LivenessCount({ copiesNeeded, sitesNeeded });
        for (const siteId of siteIds) count.add(siteId);
        expect(count.isLive).toBe(ask(siteIds, copiesNeeded, sitesNeeded).live);
      }
});
