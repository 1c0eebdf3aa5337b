import type { RequestLogLine } from '@pressplay/testkit/fleet';
import { expect, it } from 'vitest';
import { runningRange } from './streaming-oca.ts';

const line = (requestId: string, phase: 'start' | 'end', bytes: number, playId = 'mine'): RequestLogLine => ({
  phase,
  requestId,
  playId,
  atMs: 1,
  ocaId: 'fjord-1-a',
  fileId: 'f',
  range: [1000, 1000 + bytes],
  status: 206,
});

it('finds the large range of this play that is being sent', () => {
  const lines = [
    line('a', 'start', 500_000),
    line('a', 'end', 500_000),
    line('b', 'start', 500_000),
    line('c', 'start', 2000),
    line('d', 'start', 500_000, 'other'),
  ];
  expect(runningRange(lines, 'mine')?.requestId).toBe('b');
  expect(runningRange(lines.slice(0, 2), 'mine')).toBeUndefined();
});
