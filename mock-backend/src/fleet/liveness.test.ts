import { expect, it } from 'vitest';
import { isLive, livenessOf } from './liveness.ts';

const HOLDERS: Record<string, string[]> = { video: ['a1', 'a2', 'b1'], audio: ['a1', 'b1', 'c1'], lost: [] };
const holdersOf = (fileId: string) => new Set(HOLDERS[fileId] ?? []);
const siteOf = (ocaId: string) => (ocaId === 'c1' ? undefined : ocaId.slice(0, 1));
const ask = (fileIds: string[], copiesNeeded: number, sitesNeeded: number) =>
  livenessOf(fileIds, holdersOf, siteOf, { copiesNeeded, sitesNeeded });

it('counts OCAs that hold every file, and their sites', () => {
  expect(ask(['video', 'audio'], 2, 2)).toEqual({
    live: true,
    copies: 2,
    sites: 2,
    reason: '2 of 2 copies at 2 of 2 sites',
  });
  expect(ask(['video', 'audio'], 3, 1).live).toBe(false);
  expect(ask(['video'], 3, 3)).toMatchObject({ live: false, copies: 3, sites: 2 });
});

it('is not live with a file that nobody holds, nor by an OCA without a known place', () => {
  expect(ask(['video', 'lost'], 1, 1)).toMatchObject({ live: false, copies: 0 });
  expect(ask(['audio'], 3, 1)).toMatchObject({ live: false, copies: 2 });
});

it('says whether a title is live as the whole count does, at every rule', () => {
  for (const fileIds of [['video', 'audio'], ['video'], ['audio'], ['video', 'lost'], []])
    for (const copiesNeeded of [0, 1, 2, 3, 4])
      for (const sitesNeeded of [0, 1, 2, 3])
        expect(isLive(fileIds, holdersOf, siteOf, { copiesNeeded, sitesNeeded })).toBe(
          ask(fileIds, copiesNeeded, sitesNeeded).live,
        );
});
