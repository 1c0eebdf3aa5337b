import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SharedLink, shareFairly } from './fair-share.ts';

describe('sharing links', () => {
  it('gives a lone flow its narrowest link', () => {
    expect(shareFairly([[{ rateBps: 8 }, { rateBps: 5 }]])).toEqual([5]);
  });

  it('gives what a slow flow leaves to the others on the same link', () => {
    const home = { rateBps: 10 };
    expect(
      shareFairly([
        [home, { rateBps: 2 }],
        [home, { rateBps: 100 }],
      ]),
    ).toEqual([2, 8]);
  });

  it('never fills a link beyond its rate, and leaves no flow that could have more', () => {
    const links = fc.array(fc.record({ rateBps: fc.integer({ min: 1, max: 1_000_000 }) }), {
      minLength: 2,
      maxLength: 6,
    });
    const scenario = links.chain((all) =>
      fc.array(fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 }), {
        minLength: 1,
        maxLength: 12,
      }),
    );
    fc.assert(
      fc.property(scenario, (flows: SharedLink[][]) => {
        const rates = shareFairly(flows);
        const loadOf = (link: SharedLink) =>
          flows.reduce((sum, links, flow) => sum + (links.includes(link) ? (rates[flow] ?? 0) : 0), 0);
        for (const links of flows) {
          for (const link of links) expect(loadOf(link)).toBeLessThanOrEqual(link.rateBps * (1 + 1e-9));
          expect(links.some((link) => loadOf(link) >= link.rateBps * (1 - 1e-9))).toBe(true);
        }
      }),
    );
  });
});
