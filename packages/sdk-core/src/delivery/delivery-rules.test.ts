import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHead, type ExpectedRange } from './check-head.ts';
import { checkLedger } from './check-ledger.ts';
import { firstByteDeadlineMs, raceAfterMs, stallDeadlineMs } from './deadlines.ts';
import type { LedgerEntry } from './ledger.ts';
import { type FailedAttempt, rangeError } from './range-error.ts';
import { statusAction } from './status-action.ts';
import { judgeSlowness, type TooSlowInput, wasCrawl } from './too-slow.ts';

describe('deadlines', () => {
  it('for the first byte follow the measured latency within bounds', () => {
    expect(firstByteDeadlineMs({ latencyMs: 5, leniency: 1 })).toBe(400);
    expect(firstByteDeadlineMs({ latencyMs: 200, leniency: 1 })).toBe(800);
    expect(firstByteDeadlineMs({ latencyMs: 5000, leniency: 1 })).toBe(1500);
    expect(firstByteDeadlineMs({ leniency: 2 })).toBe(3000);
  });

  it('for a stall shrink with the buffer, never below the rhythm of the connection', () => {
    const stall = (neededInMs: number, largestGapMs = 0) => stallDeadlineMs({ neededInMs, largestGapMs, leniency: 1 });
    expect(stall(30_000)).toBe(1000);
    expect(stall(2000)).toBeCloseTo(667, 0);
    expect(stall(0)).toBe(500);
    expect(stall(0, 650)).toBe(1300);
    expect(stall(0, 60_000)).toBe(1500);
  });

  it('for a start race follow the fastest other server', () => {
    expect(raceAfterMs({})).toBe(400);
    expect(raceAfterMs({ fastestOtherMs: 10 })).toBe(100);
    expect(raceAfterMs({ fastestOtherMs: 80 })).toBe(240);
  });
});

describe('the too-slow rule', () => {
  const crawling: TooSlowInput = {
    remainingBytes: 800_000,
    recentBps: 200_000,
    recentSpanMs: 1000,
    neededInMs: 10_000,
    mediaBps: 1_000_000,
    other: { predictedMs: 3000, isMeasured: false },
  };

  it('moves away when the rest would come too late and another server is clearly better', () => {
    expect(judgeSlowness(crawling)).toEqual({ move: true, reason: 'late' });
  });

  it.each([
    ['before it has seen enough', { recentSpanMs: 500 }, 'too-early'],
    ['for the last few bytes', { remainingBytes: 4000 }, 'nearly-done'],
    ['where no other server may be asked', { other: undefined }, 'none-better'],
    ['where the other is hardly better', { other: { predictedMs: 25_000, isMeasured: true } }, 'none-better'],
    [
      'where an unmeasured one is only assumed to be somewhat better',
      { other: { predictedMs: 15_000, isMeasured: false } },
      'none-better',
    ],
    ['where the bytes come in time and faster than they play', { recentBps: 1_500_000 }, 'none-better'],
    ['where a large buffer lasts and it is early', { neededInMs: 60_000 }, 'in-time'],
  ] as const)('stays %s', (_, change, reason) => {
    expect(judgeSlowness({ ...crawling, ...change } as TooSlowInput)).toEqual({ move: false, reason });
  });

  it('does not wait for the end of a large buffer', () => {
    const verdict = judgeSlowness({ ...crawling, neededInMs: 60_000, recentSpanMs: 2000 });
    expect(verdict).toEqual({ move: true, reason: 'slower-than-playback' });
  });

  it('waits with a deep buffer for what still comes soon, but not for a crawl', () => {
    const deep = { ...crawling, remainingBytes: 270_000, neededInMs: 29_000, recentSpanMs: 2000, mediaBps: 600_000 };
    const verdict = (predictedMs: number) => judgeSlowness({ ...deep, other: { predictedMs, isMeasured: true } });
    expect(verdict(3000)).toEqual({ move: false, reason: 'in-time' });
    expect(verdict(500)).toEqual({ move: true, reason: 'slower-than-playback' });
  });
});

describe('a crawl', () => {
  const hidden: TooSlowInput = {
    remainingBytes: 60_000,
    recentBps: 400_000,
    latestBps: 200_000,
    recentSpanMs: 1200,
    neededInMs: 9000,
    mediaBps: 180_000,
    other: { predictedMs: 500, isMeasured: true },
  };

  it('is left although the bytes come as fast as they play, by what the last second lets expect', () => {
    expect(judgeSlowness(hidden)).toEqual({ move: true, reason: 'crawl' });
  });

  it.each([
    ['the mean alone is low', { recentBps: 200_000, latestBps: 400_000 }],
    ['it was seen for less than a second', { recentSpanMs: 1000 }],
    ['nothing comes at all: silence has a deadline of its own', { latestBps: undefined }],
    ['little is missing', { remainingBytes: 24_000, other: { predictedMs: 100, isMeasured: true } }],
    ['no other server is much better', { other: { predictedMs: 700, isMeasured: true } }],
  ])('is none where %s', (_, change) => {
    expect(judgeSlowness({ ...hidden, ...change } as TooSlowInput)).toEqual({ move: false, reason: 'in-time' });
  });

  it('is remembered after the range: the next one goes where it comes much sooner', () => {
    const crawled = (mostBps: number, otherBps: number, spanMs = 1000) =>
      wasCrawl({ spanMs, mostBps }, 180_000, () => otherBps);
    expect(crawled(200_000, 800_000)).toBe(true);
    expect(crawled(200_000, 500_000)).toBe(false);
    expect(crawled(400_000, 8e6)).toBe(false);
    expect(crawled(200_000, 800_000, 700)).toBe(false);
  });
});

describe('the check of a response head', () => {
  const expected: ExpectedRange = { startByte: 100, endByte: 200, sizeBytes: 1000, etag: '"e"' };
  const head = (status: number, headers: Record<string, string>) => ({
    status,
    header: (name: string) => headers[name] ?? null,
  });
  const good = { etag: '"e"', 'content-range': 'bytes 100-199/1000' };

  it('believes exactly the range asked for, with or without a readable ETag', () => {
    expect(checkHead(head(206, good), expected)).toEqual({ kind: 'bytes' });
    expect(checkHead(head(206, { 'content-range': good['content-range'] }), expected)).toEqual({ kind: 'bytes' });
  });

  it.each([
    ['another ETag', 206, { ...good, etag: '"f"' }],
    ['another start', 206, { ...good, 'content-range': 'bytes 99-199/1000' }],
    ['another end', 206, { ...good, 'content-range': 'bytes 100-200/1000' }],
    ['another length', 206, { ...good, 'content-range': 'bytes 100-199/1001' }],
    ['an unknown length', 206, { ...good, 'content-range': 'bytes 100-199/*' }],
    ['no Content-Range', 206, { etag: '"e"' }],
    ['the whole file', 200, { etag: '"e"', 'content-length': '1000' }],
  ])('refuses %s', (_, status, headers) => {
    expect(checkHead(head(status, headers), expected).kind).toBe('other-bytes');
  });

  it('takes a whole file from byte 0, of the right length', () => {
    const fromStart = { ...expected, startByte: 0 };
    expect(checkHead(head(200, { 'content-length': '1000' }), fromStart).kind).toBe('bytes');
    expect(checkHead(head(200, { 'content-length': '999' }), fromStart).kind).toBe('other-bytes');
  });

  it('leaves every other status to the status table', () => {
    for (const status of [204, 301, 304, 403, 404, 416, 500, 503]) {
      expect(checkHead(head(status, good), expected).kind).toBe('status');
    }
  });
});

describe('the status table', () => {
  const action = (status: number, more: { code?: string; retryAfter?: string; contentRange?: string } = {}) =>
    statusAction({ retryAfter: null, contentRange: null, status, ...more }, 1000);

  it('tells an expired token from a rejected one', () => {
    expect(action(403, { code: 'token/expired' }).kind).toBe('token-expired');
    expect(action(403, { code: 'token/bad-signature' }).kind).toBe('token-rejected');
    expect(action(403).kind).toBe('token-rejected');
  });

  it('tells a range that does not exist from a file of another length', () => {
    expect(action(416, { contentRange: 'bytes */1000' }).kind).toBe('range-unsatisfiable');
    expect(action(416, { contentRange: 'bytes */999' }).kind).toBe('other-file');
    expect(action(416).kind).toBe('range-unsatisfiable');
  });

  it('reads Retry-After in seconds and bounds it', () => {
    expect(action(503, { retryAfter: '7' })).toEqual({ kind: 'busy', retryAfterMs: 7000 });
    expect(action(503, { retryAfter: '99999' })).toEqual({ kind: 'busy', retryAfterMs: 120_000 });
    for (const retryAfter of ['Fri, 31 Dec 1999 23:59:59 GMT', '-1', '', 'NaN']) {
      expect(action(503, { retryAfter })).toEqual({ kind: 'busy', retryAfterMs: 5000 });
    }
  });

  it('knows a missing file and failing servers', () => {
    expect(action(404).kind).toBe('lacks-file');
    for (const status of [400, 500, 502, 504, 304]) expect(action(status).kind).toBe('failing');
  });
});

describe('the error at the end', () => {
  const error = (...attempts: FailedAttempt[]) => rangeError('f', attempts);

  it('names what every server said at last, else that none is left', () => {
    expect(error({ ocaId: 'a', outcome: 'status', action: 'token-rejected' }).code).toBe('delivery/token-rejected');
    const mixed: FailedAttempt[] = [
      { ocaId: 'a', outcome: 'reset' },
      { ocaId: 'b', outcome: 'status', action: 'token-rejected', status: 403 },
    ];
    expect(error(...mixed).code).toBe('delivery/no-server-left');
    expect(error(...mixed).context).toEqual({ fileId: 'f', attempts: ['a:reset', 'b:status 403'] });
    expect(
      error({ ocaId: 'a', outcome: 'reset' }, { ocaId: 'a', outcome: 'status', action: 'token-expired' }).code,
    ).toBe('delivery/token-expired');
    expect(error().code).toBe('delivery/no-server-left');
  });
});

describe('the check of the ledger', () => {
  const range = { fileId: 'f', startByte: 10, endByte: 1000 };
  const entry = (requestedFrom: number, deliveredTo: number): LedgerEntry => ({
    ocaId: 'a',
    fileId: 'f',
    renditionId: 'v1',
    segmentNumber: 0,
    requestedFrom,
    deliveredTo,
    startedAtMs: 0,
    endedAtMs: 0,
    outcome: deliveredTo === range.endByte ? 'complete' : 'reset',
  });
  const cuts = fc
    .uniqueArray(fc.integer({ min: 11, max: 999 }), { minLength: 1, maxLength: 8 })
    .map((at) => at.sort((a, b) => a - b));
  const entriesOf = (at: readonly number[]): LedgerEntry[] => {
    const borders = [range.startByte, ...at, range.endByte];
    return at.concat(range.endByte).map((end, index) => entry(borders[index] ?? 0, end));
  };

  it('finds nothing in intervals that are disjoint and complete', () => {
    fc.assert(
      fc.property(cuts, (at) => {
        expect(checkLedger(entriesOf(at), range)).toEqual([]);
      }),
    );
  });

  it('finds every missing, repeated or shifted interval', () => {
    fc.assert(
      fc.property(cuts, fc.nat(), fc.constantFrom('drop', 'repeat', 'shift'), (at, pick, damage) => {
        const entries = entriesOf(at);
        const index = pick % entries.length;
        const hit = entries[index] ?? entry(0, 0);
        if (damage === 'drop') entries.splice(index, 1);
        if (damage === 'repeat') entries.splice(index, 0, hit);
        if (damage === 'shift') entries[index] = { ...hit, requestedFrom: hit.requestedFrom - 1 };
        expect(checkLedger(entries, range)).not.toEqual([]);
      }),
    );
  });
});
