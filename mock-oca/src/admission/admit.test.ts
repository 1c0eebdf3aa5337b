import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, BOUNDS, type Busyness } from './admit.ts';
import type { WorkKind } from './work-kind.ts';

const idle: Busyness = { shed: false, aheadMs: 0, connectionShare: 0, strainShare: 0 };
/** The first to go first. */
const ORDER: readonly WorkKind[] = ['prefetch', 'fill', 'new-play', 'running-play'];

describe('admission', () => {
  it('takes everything while there is room, and nothing once health says so', () => {
    for (const kind of ORDER) {
      expect(admit(kind, idle)).toEqual({ admitted: true });
      expect(admit(kind, { ...idle, shed: true })).toEqual({ admitted: false, reason: 'shedding' });
    }
  });

  it('says which bound it was', () => {
    expect(admit('new-play', { ...idle, connectionShare: 0.9 })).toEqual({ admitted: false, reason: 'connections' });
    expect(admit('new-play', { ...idle, aheadMs: 501 })).toEqual({ admitted: false, reason: 'capacity' });
    expect(admit('new-play', { ...idle, strainShare: 1 })).toEqual({ admitted: false, reason: 'strain' });
  });

  it('goes on with running plays while the processor is fully used, and stops with the disks far behind', () => {
    expect(admit('running-play', { ...idle, strainShare: 1 }).admitted).toBe(true);
    expect(admit('running-play', { ...idle, strainShare: 2 }).admitted).toBe(false);
  });

  it('never refuses one kind by connections or strain while it takes a lesser one', () => {
    const share = fc.double({ min: 0, max: 3, noNaN: true });
    fc.assert(
      fc.property(share, share, (connectionShare, strainShare) => {
        const taken = ORDER.map((kind) => admit(kind, { ...idle, connectionShare, strainShare }).admitted);
        expect([...taken].sort()).toEqual(taken);
      }),
    );
  });

  it('gives each kind a larger share than the lesser one', () => {
    const shares = ORDER.map((kind) => BOUNDS[kind].rateShare);
    expect([...new Set(shares)].sort()).toEqual(shares);
  });
});
