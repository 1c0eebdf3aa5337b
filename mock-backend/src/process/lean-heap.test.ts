import { expect, it } from 'vitest';
import { collectGarbage } from './lean-heap.ts';

it('collects what nobody holds any more, and leaves no door to the collector behind', async () => {
  let garbage: object | undefined = { list: Array.from({ length: 1000 }, (_, at) => ({ at })) };
  const weak = new WeakRef(garbage);
  garbage = undefined;
  // What was just made is held until the end of the turn.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(weak.deref()).toBeUndefined();
  expect('gc' in globalThis).toBe(false);
});
