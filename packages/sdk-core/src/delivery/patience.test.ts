import { expect, it } from 'vitest';
import { planPatience } from './patience.ts';
import type { FailedAttempt } from './range-error.ts';

const since = { progressAtMs: 1000, bufferMs: 8000 };
const silent: FailedAttempt = { ocaId: 'a', outcome: 'stalled' };
const unreachable: FailedAttempt = { ocaId: 'b', outcome: 'reset' };
const busy: FailedAttempt = { ocaId: 'c', outcome: 'status', action: 'busy' };
const lacking: FailedAttempt = { ocaId: 'd', outcome: 'status', action: 'lacks-file' };

it('waits long beyond the buffer where nobody answers: it may be the network', () => {
  const patience = planPatience({ ...since, failed: [silent, unreachable] });
  expect(patience.reason).toBe('silence');
  expect(patience.untilMs).toBeGreaterThanOrEqual(1000 + 8000 + 30_000);
});

it('waits as long where one of those that could deliver is silent, whatever the others say', () => {
  expect(planPatience({ ...since, failed: [lacking, busy, silent] }).reason).toBe('silence');
});

it('waits as long as the buffer lasts where all answer and refuse for the moment', () => {
  expect(planPatience({ ...since, failed: [busy, lacking] })).toEqual({ untilMs: 9000, reason: 'refused-for-now' });
  expect(planPatience({ ...since, bufferMs: 0, failed: [busy] }).untilMs).toBe(5000);
});

it('does not wait where all refuse for good', () => {
  expect(planPatience({ ...since, failed: [lacking] })).toEqual({ untilMs: 1000, reason: 'refused-for-good' });
  expect(planPatience({ ...since, failed: [] }).reason).toBe('refused-for-good');
});

it('ends at some time, however much is buffered', () => {
  const { untilMs } = planPatience({ failed: [silent], progressAtMs: 0, bufferMs: Number.POSITIVE_INFINITY });
  expect(untilMs).toBeLessThanOrEqual(120_000);
});
