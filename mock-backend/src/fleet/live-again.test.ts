import type { HealthReport } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FleetState } from './fleet-state.ts';
import { livenessOf } from './liveness.ts';

const TITLES = [['a', 'b'], ['b', 'c'], ['c']];
const well = { baseUrl: 'http://oca', verdict: 'healthy', reason: 'well', capacityBps: 1, trafficBps: 0 } as const;
const instant = { nowMs: 0, wallMs: 0 };

const change = fc.record({
  ocaId: fc.constantFrom('one', 'two', 'three'),
  siteId: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
  fileIds: fc.option(fc.subarray(['a', 'b', 'c']), { nil: undefined }),
});
const rule = fc.record({ copiesNeeded: fc.integer({ min: 0, max: 3 }), sitesNeeded: fc.integer({ min: 0, max: 3 }) });
/** So many questions are asked with one rule before the next one's turn. */
const ASKED_WITH_ONE_RULE = 5;

function healthOf(ocaId: string, siteId: string): HealthReport {
  return { ...well, ocaId, siteId, connections: 0, servedBytes: 0, uptimeMs: 1 };
}

it('says at each moment whether a title is live as counting its copies does, whatever was said before', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), rule, rule, (changes, ...rules) => {
      const fleet = new FleetState([]);
      for (const [at, { ocaId, siteId, fileIds }] of changes.entries()) {
        const rule = rules[Math.floor(at / ASKED_WITH_ONE_RULE) % 2] ?? rules[0];
        const health = siteId !== undefined && { health: { value: healthOf(ocaId, siteId), atMs: 0 } };
        const inventory = fileIds && { inventory: { value: fileIds, atMs: 0 } };
        fleet.report({ ocaId, ...health, ...inventory }, instant);
        for (const title of TITLES)
          expect(fleet.isLive(title, rule)).toBe(livenessOf(fleet.sitesHolding(title), rule).live);
      }
    }),
    { numRuns: 1000 },
  );
});
