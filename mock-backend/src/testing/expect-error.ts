import { schemas } from '@pressplay/protocol';
import { PLAY_API_ERRORS, type PlayApiErrorCode } from '@pressplay/protocol/wire';
import { expect } from 'vitest';
import type { Answer } from './test-region.ts';

/** Checks code, status, message and request id of an error answer; gives its context. */
export function expectError(answer: Answer, code: PlayApiErrorCode): Record<string, unknown> {
  expect(answer.body?.error?.code, JSON.stringify(answer.body)).toBe(code);
  expect(answer.status).toBe(PLAY_API_ERRORS[code]);
  const { error } = schemas.ErrorBody.parse(answer.body);
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.requestId).toBe(answer.headers.get('X-Request-Id'));
  return error.context;
}
