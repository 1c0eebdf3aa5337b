import { PLAY_API_ERRORS } from '@pressplay/protocol/wire';
import { expect, it } from 'vitest';
import { isPlayApiErrorCode, isPlayerError, PlayerError } from './player-error.ts';
import { SDK_ERROR_CODES } from './sdk-error-codes.ts';

it('names every code area/cause, once', () => {
  const codes = [...SDK_ERROR_CODES, ...Object.keys(PLAY_API_ERRORS)];
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+\/[a-z-]+$/);
});

it('knows the codes of the control plane, and nothing that objects inherit', () => {
  for (const code of Object.keys(PLAY_API_ERRORS)) expect(isPlayApiErrorCode(code)).toBe(true);
  expect(isPlayApiErrorCode('toString')).toBe(false);
  expect(isPlayApiErrorCode('media/decode')).toBe(false);
});

it('recognises its errors, also those of a second copy of the SDK', () => {
  const cause = new Error('inner');
  const error = new PlayerError('media/decode', 'bad', { segmentNumber: 3 }, { cause });
  expect(error).toMatchObject({
    message: '[media/decode] bad',
    code: 'media/decode',
    context: { segmentNumber: 3 },
    cause,
  });
  expect(isPlayerError(error)).toBe(true);
  expect(isPlayerError(Object.assign(new Error('x'), { name: 'PlayerError', code: 'media/decode' }))).toBe(true);
  expect(isPlayerError(new Error('x'))).toBe(false);
});
