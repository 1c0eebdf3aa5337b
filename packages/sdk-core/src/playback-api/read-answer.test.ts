import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { readApiError, readPlayRenewal, readPlayResponse } from './read-answer.ts';

const response = samplePlayResponse();
const renewal = {
  playId: response.playId,
  token: 't',
  expiresInMs: 1000,
  servers: response.servers,
  fileServers: { aa: [0, 2] },
};
const badResponse = expect.objectContaining({ code: 'region/bad-response' });

/** Every path to a value in `value`, for damaging one of them. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]));
}

function damaged(path: readonly string[], by: unknown): string {
  const copy = JSON.parse(JSON.stringify(response));
  const parent = path.slice(0, -1).reduce((at, key) => at[key], copy);
  parent[path.at(-1) ?? ''] = by;
  return JSON.stringify(copy);
}

it('reads what the contract says', () => {
  expect(readPlayResponse(JSON.stringify(response))).toEqual(response);
  expect(readPlayRenewal(JSON.stringify(renewal))).toEqual(renewal);
});

it('lets fields through that it does not know', () => {
  expect(() => readPlayResponse(JSON.stringify({ ...response, later: 1 }))).not.toThrow();
});

it('refuses a response with any needed value damaged', () => {
  const informative = (path: readonly string[]): boolean => path[0] === 'client' || path.includes('sampleRateHz');
  const needed = pathsOf(response).filter((path) => !informative(path));
  fc.assert(
    fc.property(fc.constantFrom(...needed), fc.constantFrom(null, {}, true), (path, by) => {
      expect(() => readPlayResponse(damaged(path, by))).toThrow(badResponse);
    }),
  );
});

it.each(['', '<html>', 'null', '[]', '{}', '3'])('refuses %j', (body) => {
  expect(() => readPlayResponse(body)).toThrow(badResponse);
  expect(() => readPlayRenewal(body)).toThrow(badResponse);
});

it('refuses a server that does not exist', () => {
  expect(() => readPlayRenewal(JSON.stringify({ ...renewal, fileServers: { aa: [3] } }))).toThrow(badResponse);
  expect(() => readPlayResponse(JSON.stringify({ ...response, servers: response.servers.slice(1) }))).toThrow(
    badResponse,
  );
});

it('passes a typed error through, without secrets', () => {
  const context = { titleId: 'x', token: 'secret', nested: {}, territories: ['US'] };
  const body = { error: { code: 'title/unknown', message: 'No title "x".', context, requestId: 'r1' } };
  expect(readApiError(404, JSON.stringify(body))).toMatchObject({
    code: 'title/unknown',
    message: '[title/unknown] No title "x".',
    context: { titleId: 'x', territories: ['US'], requestId: 'r1', httpStatus: 404 },
  });
  expect(JSON.stringify(readApiError(404, JSON.stringify(body))?.context)).not.toContain('secret');
});

it.each(['', '{}', '{"error":{"code":"some/thing","message":"x"}}', '{"error":{"code":"toString"}}'])(
  'finds no typed error in %j',
  (body) => expect(readApiError(404, body)).toBeUndefined(),
);
