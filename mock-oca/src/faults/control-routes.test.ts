import { expect, it } from 'vitest';
import { opensControl } from './control-routes.ts';

it('the tokens of the last and of the next secret open the control routes while keys rotate, each for its time', () => {
  const config = {
    controlToken: 'token of now, long enough',
    acceptedControlTokens: [
      { token: 'the last token, long enough', acceptUntilMs: 1000 },
      { token: 'the next token, long enough' },
    ],
  };
  const opens = (token: string, wallMs: number): boolean => opensControl(config, token, wallMs);
  for (const token of ['token of now, long enough', 'the last token, long enough', 'the next token, long enough'])
    expect(opens(token, 999)).toBe(true);
  expect(opens('the last token, long enough', 1000)).toBe(false);
  expect(opens('the next token, long enough', 1000)).toBe(true);
  for (const token of ['', 'token of now', 'token of now, long enough.', 'the last token, long enougH'])
    expect(opens(token, 0)).toBe(false);
});
