import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SITES } from '../testing/test-region.ts';
import type { FillOca } from './placement.ts';
import { ESCALATION_RULE, rankSources } from './rank-sources.ts';

const FLEET: readonly FillOca[] = SITES.flatMap((site) =>
  ['a', 'b', 'c'].map((letter) => ({ ocaId: `${site.siteId}-${letter}`, site })),
);
const siteClasses = SITES.map(({ siteClass }) => siteClass);
const PATIENCE_MS = 2 * ESCALATION_RULE.tierWaitMs + ESCALATION_RULE.peerWaitMs;

interface Situation {
  readonly holders?: readonly string[];
  readonly usable?: readonly FillOca[];
  readonly waitedMs?: number;
  readonly fileId?: string;
}

const ask = (oca: FillOca, { holders = [], usable = FLEET, waitedMs = 0, fileId = 'file' }: Situation) =>
  rankSources({ fileId, oca, usable, holders: new Set(holders), siteClasses, waitedMs });
const at = (siteId: string) => FLEET.filter(({ site }) => site.siteId === siteId);
const byId = (ocaId: string): FillOca => {
  const found = FLEET.find((oca) => oca.ocaId === ocaId);
  if (!found) throw new Error(ocaId);
  return found;
};
const idsOf = (ocas: readonly FillOca[]) => ocas.map(({ ocaId }) => ocaId);

describe('the sources of a file', () => {
  it('begin with the origin for one OCA of the largest site, and for nobody else', () => {
    for (let i = 0; i < 20; i++) {
      const atOrigin = FLEET.filter((oca) => ask(oca, { fileId: `file-${i}` }).origin);
      expect(atOrigin).toHaveLength(1);
      expect(atOrigin[0]?.site.siteId).toBe('core-1');
    }
  });

  it('are the first holder for one OCA at each other site, and for all its peers', () => {
    const holders = ['core-1-a'];
    const copying = FLEET.filter(
      (oca) => oca.ocaId !== 'core-1-a' && ask(oca, { holders }).reason !== 'waits-for-site-master',
    );
    expect(copying.filter(({ site }) => site.siteId === 'core-1')).toHaveLength(2);
    expect(copying.filter(({ site }) => site.siteId === 'ix-1')).toHaveLength(1);
    expect(copying.filter(({ site }) => site.siteId === 'fjord-1')).toHaveLength(1);
  });

  it('are peers first, then nearer sites with foreign ISPs last, then the origin', () => {
    const holders = ['fjord-1-b', 'ix-1-a', 'core-1-a', 'core-1-b'];
    const fromFjord = ask(byId('fjord-1-a'), { holders });
    expect(idsOf(fromFjord.peers)).toEqual(['fjord-1-b']);
    expect(idsOf(fromFjord.tiers)[0]).toBe('ix-1-a');
    expect(fromFjord.origin).toBe(true);
    const fromExchange = ask(byId('ix-1-b'), { holders });
    expect(idsOf(fromExchange.tiers).at(-1)).toBe('fjord-1-b');
  });

  it('reach farther when the nearer ones keep silent: no dead master blocks a file', () => {
    for (const oca of FLEET) expect(ask(oca, { waitedMs: PATIENCE_MS }).origin).toBe(true);
    const exchangeAlone = at('ix-1');
    const early = exchangeAlone.filter((oca) => ask(oca, { usable: exchangeAlone, waitedMs: 0 }).origin);
    const later = exchangeAlone.filter(
      (oca) => ask(oca, { usable: exchangeAlone, waitedMs: ESCALATION_RULE.tierWaitMs }).origin,
    );
    expect(early).toHaveLength(0);
    expect(later).toHaveLength(1);
  });

  it('name only usable holders, never the one who asks, and at most four of a kind', () => {
    const ids = idsOf(FLEET);
    fc.assert(
      fc.property(
        fc.constantFrom(...FLEET),
        fc.subarray(ids),
        fc.subarray([...FLEET]),
        fc.nat(PATIENCE_MS),
        (oca, holders, usable, waitedMs) => {
          const { peers, tiers } = ask(oca, { holders, usable, waitedMs });
          for (const source of [...peers, ...tiers]) {
            expect(holders).toContain(source.ocaId);
            expect(usable).toContain(source);
            expect(source.ocaId).not.toBe(oca.ocaId);
          }
          expect(peers.every(({ site }) => site === oca.site)).toBe(true);
          expect(tiers.every(({ site }) => site !== oca.site)).toBe(true);
          expect(Math.max(peers.length, tiers.length)).toBeLessThanOrEqual(4);
        },
      ),
    );
  });

  it('bring every file to every OCA, ring by ring, with one copy from the origin', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 8 }), (fileId) => {
        let holders: string[] = [];
        let fromOrigin = 0;
        for (let round = 0; round < 4; round++) {
          const able = FLEET.filter(({ ocaId }) => !holders.includes(ocaId)).map((oca) => ({
            oca,
            found: ask(oca, { holders, fileId }),
          }));
          const copying = able.filter(({ found }) => found.origin);
          fromOrigin += copying.filter(({ found }) => found.peers.length + found.tiers.length === 0).length;
          holders = [...holders, ...copying.map(({ oca }) => oca.ocaId)];
        }
        expect(holders).toHaveLength(FLEET.length);
        expect(fromOrigin).toBe(1);
      }),
    );
  });
});
