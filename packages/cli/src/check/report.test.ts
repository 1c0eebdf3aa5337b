import type { PlayerStats } from '@pressplay/sdk-node';
import { expect, it } from 'vitest';
import type { CheckResult } from './check-result.ts';
import { judge } from './report.ts';

const BYTES = { deliveredBytes: 2000, lostBytes: 0, racedBytes: 0, replacedBytes: 0, probeBytes: 0 };
const STATS: PlayerStats = {
  ...{ state: 'playing', positionMs: 14_000, durationMs: 64_000, bufferAheadMs: 20_000, startupMs: 120 },
  ...{ rebufferCount: 0, rebufferMs: 0, region: 'us-east-1', servers: [], bytes: BYTES },
};
const part = { fileId: 'f', renditionId: 'v720', segmentNumber: 0, startedAtMs: 0, endedAtMs: 1 };

const GOOD: CheckResult = {
  ...{ titleId: 'test-card', titleName: 'Test card', region: 'us-east-1', positionAtKillMs: 2000, stats: STATS },
  killed: { ocaId: 'a', range: [0, 2000] },
  handOvers: [
    {
      from: 'a',
      to: 'b',
      reason: 'reset',
      renditionId: 'v720',
      segmentNumber: 0,
      atByte: 900,
      startByte: 0,
      endByte: 2000,
    },
  ],
  ledger: {
    entries: [
      { ...part, ocaId: 'a', requestedFrom: 0, deliveredTo: 900, outcome: 'reset' },
      { ...part, ocaId: 'b', requestedFrom: 900, deliveredTo: 2000, outcome: 'complete' },
    ],
    bytes: BYTES,
    reusedBytes: 0,
  },
  presentation: {
    ...{ titleId: 'test-card', titleName: 'Test card', durationMs: 64_000, audio: [] },
    video: [
      {
        ...{
          renditionId: 'v720',
          kind: 'video',
          fileId: 'f',
          etag: '"e"',
          sizeBytes: 2000,
          codec: 'avc1',
          averageBps: 1,
          peakBps: 1,
        },
        initBytes: new Uint8Array(),
        segments: [{ startMs: 0, durationMs: 2000, startByte: 0, endByte: 2000 }],
      },
    ],
  },
  second: {
    failovers: [{ from: 'us-east-1', to: 'us-west-2', cause: 'refused' }],
    region: 'us-west-2',
    playedMs: 4000,
    ocaId: 'b',
  },
};

const failed = (result: CheckResult) =>
  judge(result)
    .filter((verdict) => !verdict.held)
    .map((verdict) => verdict.what);

it('passes when all that it demands was seen', () => {
  expect(failed(GOOD)).toEqual([]);
});

it('fails a play that stalled, or that did not go on after the kill', () => {
  expect(failed({ ...GOOD, stats: { ...STATS, rebufferCount: 1 } })).toEqual(['No stall']);
  expect(failed({ ...GOOD, stats: { ...STATS, positionMs: 2000 } })).toEqual(['No stall']);
});

it('fails a play that left another server than the killed one, or none', () => {
  expect(failed({ ...GOOD, handOvers: [] })).toEqual(['Hand-over inside a segment']);
  expect(failed({ ...GOOD, killed: { ocaId: 'c', range: [0, 1] } })).toEqual(['Hand-over inside a segment']);
});

it('fails a repeated byte', () => {
  const [first, second] = GOOD.ledger.entries;
  if (!first || !second) throw new Error('two entries are given above');
  const ledger = { ...GOOD.ledger, entries: [first, { ...second, requestedFrom: 899 }] };
  expect(failed({ ...GOOD, ledger })).toEqual(['Ledger disjoint and complete']);
});

it('fails a second play that the killed region answered, or that did not play', () => {
  expect(failed({ ...GOOD, second: { ...GOOD.second, failovers: [], region: 'us-east-1' } })).toEqual([
    'Region failover',
  ]);
  expect(failed({ ...GOOD, second: { ...GOOD.second, playedMs: 0 } })).toEqual(['Second play']);
});
