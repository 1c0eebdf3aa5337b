import { expect, it } from 'vitest';
import { nearestFirst } from './region-load.ts';

it('each order of the regions comes equally often, so that what one loses all others share', () => {
  const orders = new Map<string, number>();
  for (let number = 0; number < 600; number++) {
    const order = nearestFirst(['a', 'b', 'c'], number).join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect([...orders.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  expect([...orders.values()]).toEqual(Array(6).fill(100));
});
