import type { SiteClass } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, parsePrefix } from './address.ts';
import { buildPrefixTable } from './prefix-table.ts';
import { type PlacedOca, rankOcas } from './rank-ocas.ts';

interface Announced {
  readonly ocaId: string;
  readonly siteId?: string;
  readonly siteClass?: SiteClass;
  readonly longitude?: number;
  readonly prefixes: readonly (string | { prefix: string; asPathLength?: number; med?: number })[];
}

const placed = ({ ocaId, siteId = ocaId, siteClass = 'embedded', longitude = 0 }: Announced): PlacedOca => ({
  ocaId,
  site: { siteId, siteClass, latitude: 0, longitude },
});

function rank(announced: readonly Announced[], playId = 'play', location = { latitude: 0, longitude: 0 }): string[] {
  const routes = buildPrefixTable(
    announced.flatMap(({ ocaId, prefixes }) =>
      prefixes.map((one) => {
        const { prefix: text, asPathLength = 0, med = 0 } = typeof one === 'string' ? { prefix: one } : one;
        const prefix = parsePrefix(text);
        if (!prefix) throw new Error(text);
        return { prefix, value: { ocaId, asPathLength, med } };
      }),
    ),
  );
  const address = parseAddress('198.51.100.7');
  if (!address) throw new Error('address');
  return rankOcas({ address, location }, playId, routes, announced.map(placed)).map(({ oca }) => oca.ocaId);
}

describe('the network order of OCAs', () => {
  it('puts the longest prefix before everything else', () => {
    const far = { prefix: '198.51.100.0/24', asPathLength: 5, med: 9 };
    expect(
      rank([
        { ocaId: 'near', prefixes: ['198.51.0.0/16'] },
        { ocaId: 'long', siteClass: 'full-catalog', longitude: 170, prefixes: [far] },
      ]),
    ).toEqual(['long', 'near']);
  });

  it('then goes by transport class, AS path, MED and distance', () => {
    const prefix = '198.51.100.0/24';
    expect(
      rank([
        { ocaId: 'f-full', siteClass: 'full-catalog', prefixes: [prefix] },
        { ocaId: 'e-public', siteClass: 'public-peering', prefixes: [prefix] },
        { ocaId: 'd-private', siteClass: 'private-peering', prefixes: [prefix] },
        { ocaId: 'c-path', prefixes: [{ prefix, asPathLength: 1 }] },
        { ocaId: 'b-med', prefixes: [{ prefix, med: 10 }] },
        { ocaId: 'a-far', longitude: 50, prefixes: [prefix] },
        { ocaId: 'z-best', longitude: 10, prefixes: [prefix] },
      ]),
    ).toEqual(['z-best', 'a-far', 'b-med', 'c-path', 'd-private', 'e-public', 'f-full']);
  });

  it('leaves out who announces no prefix that holds the client', () => {
    expect(
      rank([
        { ocaId: 'other', prefixes: ['203.0.113.0/24', '2001:db8::/32'] },
        { ocaId: 'none', prefixes: [] },
        { ocaId: 'default', prefixes: ['0.0.0.0/0'] },
      ]),
    ).toEqual(['default']);
  });

  it('counts the best of several routes of one OCA', () => {
    const prefix = '198.51.100.0/24';
    expect(
      rank([
        { ocaId: 'b', prefixes: [{ prefix, asPathLength: 2 }] },
        { ocaId: 'a', prefixes: ['0.0.0.0/0', { prefix, asPathLength: 3 }, { prefix, asPathLength: 1 }] },
      ]),
    ).toEqual(['a', 'b']);
  });

  it('spreads plays evenly over the OCAs of a site', () => {
    const site = ['a', 'b', 'c', 'd'].map((ocaId) => ({ ocaId, siteId: 'one', prefixes: ['198.51.100.0/24'] }));
    const first = Array.from({ length: 4000 }, (_, i) => rank(site, `play-${i}`)[0]);
    for (const ocaId of ['a', 'b', 'c', 'd']) {
      const share = first.filter((one) => one === ocaId).length / first.length;
      expect(share).toBeGreaterThan(0.22);
      expect(share).toBeLessThan(0.28);
    }
  });

  it('gives the same answer to the same question, in whatever order the OCAs reported', () => {
    const oca = fc.record({
      siteId: fc.constantFrom('x', 'y'),
      siteClass: fc.constantFrom<SiteClass>('embedded', 'full-catalog'),
      prefixes: fc.subarray(['198.51.100.0/24', '198.51.0.0/16', '0.0.0.0/0']),
    });
    fc.assert(
      fc.property(fc.array(oca, { maxLength: 12 }), fc.string(), fc.infiniteStream(fc.nat()), (ocas, playId, dice) => {
        const announced = ocas.map((one, i) => ({ ...one, ocaId: `oca-${i}` }));
        const shuffled = announced
          .map((one) => ({ one, at: dice.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(rank(shuffled, playId)).toEqual(rank(announced, playId));
      }),
    );
  });
});
