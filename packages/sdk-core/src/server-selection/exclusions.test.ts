import { describe, expect, it } from 'vitest';
import {
  BASE_MS as baseMs,
  type Exclusions,
  excludedForMs,
  type Failure,
  isUnproven,
  MAX_MS as maxMs,
  mayStillHelp,
  MEMORY_MS as memoryMs,
  NO_EXCLUSIONS,
  recordFailure,
  recordSuccess,
} from './exclusions.ts';

const fail = (before: Exclusions, ocaId: string, nowMs: number, more: Partial<Failure> = {}): Exclusions =>
  recordFailure(before, { ocaId, siteId: 'site', fileId: 'f', scope: 'host', startedAtMs: nowMs, nowMs, ...more });
const forMs = (exclusions: Exclusions, ocaId: string, nowMs: number, fileId = 'f'): number =>
  excludedForMs(exclusions, { ocaId, siteId: 'site' }, nowMs, fileId);

describe('exclusions', () => {
  it('end by themselves', () => {
    const exclusions = fail(NO_EXCLUSIONS, 'a', 0);
    expect(forMs(exclusions, 'a', 0)).toBe(baseMs);
    expect(forMs(exclusions, 'a', baseMs)).toBe(0);
  });

  it('double with each repetition, up to a limit, also when the server worked in between', () => {
    let exclusions = NO_EXCLUSIONS;
    const lengths: number[] = [];
    for (let nowMs = 0; nowMs < 8 * 400_000; nowMs += 400_000) {
      exclusions = fail(exclusions, 'a', nowMs);
      lengths.push(forMs(exclusions, 'a', nowMs));
      exclusions = recordSuccess(exclusions, { ocaId: 'a', siteId: 'site', fileId: 'f', nowMs: nowMs + 1000 });
      expect(forMs(exclusions, 'a', nowMs + 1000)).toBe(0);
    }
    expect(lengths).toEqual(lengths.map((_, index) => Math.min(maxMs, baseMs * 2 ** index)));
  });

  it('start anew after a long quiet time', () => {
    const exclusions = fail(fail(NO_EXCLUSIONS, 'a', 0), 'a', memoryMs + 1);
    expect(forMs(exclusions, 'a', memoryMs + 1)).toBe(baseMs);
  });

  it('count transfers that were under way together as one failure', () => {
    const exclusions = fail(fail(NO_EXCLUSIONS, 'a', 1000), 'a', 1010, { startedAtMs: 500, fileId: 'audio' });
    expect(forMs(exclusions, 'a', 1010)).toBeLessThanOrEqual(baseMs);
  });

  it('for one bad file leave the other files of the server, for two bad files do not', () => {
    const once = fail(NO_EXCLUSIONS, 'a', 0, { scope: 'file', fileId: 'f' });
    expect(forMs(once, 'a', 0, 'f')).toBe(baseMs);
    expect(forMs(once, 'a', 0, 'g')).toBe(0);
    expect(isUnproven(once, 'a')).toBe(false);
    const twice = fail(once, 'a', 10, { scope: 'file', fileId: 'g' });
    expect(forMs(twice, 'a', 10, 'h')).toBe(baseMs);
  });

  it('spread to the site with the third failure, unless one server alone is to blame', () => {
    const two = fail(fail(NO_EXCLUSIONS, 'a', 0), 'b', 1);
    expect(forMs(two, 'c', 1)).toBe(0);
    expect(forMs(fail(two, 'd', 2), 'c', 2)).toBe(baseMs);
    const alone = fail(fail(fail(NO_EXCLUSIONS, 'a', 0), 'a', 1), 'a', 2);
    expect(forMs(alone, 'c', 2)).toBe(0);
  });

  it('last as long as Retry-After says, for that server alone', () => {
    const exclusions = fail(NO_EXCLUSIONS, 'a', 0, { retryAfterMs: 60_000 });
    expect(forMs(exclusions, 'a', 0)).toBe(60_000);
    expect(forMs(exclusions, 'c', 0)).toBe(0);
  });

  it('are proven by a probe, which ends no exclusion early', () => {
    const failed = fail(NO_EXCLUSIONS, 'a', 0);
    expect(isUnproven(failed, 'a')).toBe(true);
    const probed = recordSuccess(failed, { ocaId: 'a', siteId: 'site', nowMs: 10 });
    expect(isUnproven(probed, 'a')).toBe(false);
    expect(forMs(probed, 'a', 10)).toBe(baseMs - 10);
  });

  it('let a server that failed help out, but not one that asked to be left alone until then', () => {
    const failed = fail(fail(NO_EXCLUSIONS, 'a', 0), 'b', 0, { retryAfterMs: 30_000 });
    expect([mayStillHelp(failed, 'a', 1), mayStillHelp(failed, 'b', 1)]).toEqual([true, false]);
    expect(mayStillHelp(failed, 'b', 30_000)).toBe(true);
    const again = fail(failed, 'b', 100, { startedAtMs: -1, retryAfterMs: 60_000 });
    expect(mayStillHelp(again, 'b', 30_000)).toBe(false);
    expect(mayStillHelp(failed, 'c', 1)).toBe(false);
  });
});
