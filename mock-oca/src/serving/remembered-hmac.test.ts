import { expect, it } from 'vitest';
import { rememberedHmac } from './remembered-hmac.ts';

it('gives what the function gives, asks it once for each pair, and forgets before it grows without end', () => {
  let calls = 0;
  const hmac = rememberedHmac((key, text) => `${key}/${text}#${++calls}`);
  expect([hmac('k', 'a'), hmac('k', 'a'), hmac('other', 'a'), hmac('k', 'b')]).toEqual([
    'k/a#1',
    'k/a#1',
    'other/a#2',
    'k/b#3',
  ]);
  for (let i = 0; i < 1000; i++) hmac('k', `stranger ${i}`);
  expect(hmac('k', 'a')).toBe('k/a#1004');
});
