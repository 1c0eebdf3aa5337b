import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OVERDUE_MS, pickRead, type WaitingRead } from './pick-read.ts';

const read = (startPlace: number, sinceMs = 0, background = false): WaitingRead => ({
  startPlace,
  endPlace: startPlace + 10,
  sinceMs,
  background,
});

describe('the next read of a disk', () => {
  it('is the nearest one upwards, and from the start again when there is none', () => {
    const waiting = [read(300), read(50), read(200), read(100)];
    expect(pickRead(waiting, 150, 0)).toEqual({ index: 2, reason: 'upwards' });
    expect(pickRead(waiting, 301, 0)).toEqual({ index: 1, reason: 'from-the-start' });
    expect(pickRead([], 0, 0)).toBeUndefined();
  });

  it('is the one that waited too long, wherever it lies', () => {
    const waiting = [read(200, OVERDUE_MS), read(10, 1), read(20, 0)];
    expect(pickRead(waiting, 150, OVERDUE_MS)).toEqual({ index: 2, reason: 'overdue' });
  });

  it('is for a viewer before it is for nobody', () => {
    expect(pickRead([read(160, 0, true), read(10)], 150, 0)).toEqual({ index: 1, reason: 'from-the-start' });
    expect(pickRead([read(160, 0, true)], 150, 0)).toEqual({ index: 0, reason: 'background' });
  });

  it('passes nobody over twice: all that wait are done in one round of the arm', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }), fc.nat(1000), (places, head) => {
        const waiting = places.map((place) => read(place));
        const order: number[] = [];
        for (let at = head; waiting.length > 0; ) {
          const [next] = waiting.splice(pickRead(waiting, at, 0)?.index ?? -1, 1);
          if (!next) break;
          order.push(next.startPlace);
          at = next.startPlace;
        }
        expect(order).toHaveLength(places.length);
        expect(order.filter((place, i) => i > 0 && place < (order[i - 1] ?? 0)).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
