import { expect, it } from 'vitest';
import { parseRequestLog, readRequestLog } from './request-log.ts';

const LINE = {
  phase: 'start',
  atMs: 1,
  requestId: 'r',
  ocaId: 'fjord-1-a',
  playId: 'p',
  fileId: 'f',
  range: [0, 10],
  status: 206,
};

it('reads whole lines and leaves the half one that a killed process wrote', () => {
  const text = `${JSON.stringify(LINE)}\n${JSON.stringify({ ...LINE, phase: 'end' })}\n{"phase":"sta`;
  expect(parseRequestLog(text).map((line) => line.phase)).toEqual(['start', 'end']);
});

it('is empty before the first request', async () => {
  expect(await readRequestLog('/nonexistent/requests.jsonl')).toEqual([]);
});
