import { expect, it } from 'vitest';
import { randomIds } from './random-ids.ts';

it('never gives an id twice, also beyond those that were drawn at once', () => {
  const randomId = randomIds();
  const ids = Array.from({ length: 2000 }, randomId);
  expect(new Set(ids).size).toBe(2000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
