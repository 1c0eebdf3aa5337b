import type { PlayerStats } from '@pressplay/sdk-node';
import { expect, it } from 'vitest';
import { EVENT_LINES, liveLine, summaryLines } from './live-line.ts';

const STATS: PlayerStats = {
  state: 'playing',
  positionMs: 12_400,
  durationMs: 60_000,
  bufferAheadMs: 28_400,
  ocaId: 'fjord-1-a',
  renditionId: 'v720',
  throughputBps: 41_240_000,
  rebufferCount: 0,
  rebufferMs: 0,
  servers: [
    {
      ocaId: 'fjord-1-a',
      siteId: 'fjord-1',
      siteClass: 'embedded',
      baseUrl: 'http://x',
      rank: 0,
      deliveredBytes: 1,
      excludedForMs: 0,
    },
  ],
  bytes: { deliveredBytes: 0, lostBytes: 0, racedBytes: 0, replacedBytes: 0, probeBytes: 0 },
};

it('shows server, site, rendition, buffer and throughput', () => {
  expect(liveLine(STATS)).toBe('0:12 / 1:00  fjord-1-a (fjord-1)  v720  buffer 28.4 s  41.2 Mbit/s');
});

it('says so before there is a server, and when it is not playing', () => {
  const { ocaId: _oca, throughputBps: _rate, ...before } = STATS;
  expect(liveLine({ ...before, state: 'loading' })).toBe('0:12 / 1:00  no server yet  v720  buffer 28.4 s  -  loading');
});

it('tells the byte and the segment of a hand-over', () => {
  const line = EVENT_LINES['hand-over']?.({
    from: 'fjord-1-a',
    to: 'fjord-1-b',
    reason: 'reset',
    renditionId: 'v720',
    segmentNumber: 7,
    atByte: 1500,
    startByte: 1000,
    endByte: 3000,
  });
  expect(line).toBe(
    'hand-over from fjord-1-a to fjord-1-b (reset) at byte 1500 of segment 7 of v720, bytes 1000 to 3000',
  );
});

it('sums a play up: the start, the quality, where the bytes came from', () => {
  const nothing = { moves: {}, handOvers: {}, wastedBytes: { lost: 0, raced: 0, replaced: 0, probe: 0 } };
  const qoe = {
    ...nothing,
    outcome: 'stopped' as const,
    elapsedMs: 61_000,
    startingMs: 412.4,
    startupMs: 412.4,
    playingMs: 60_000,
    pausedMs: 0,
    seekingMs: 0,
    rebufferMs: 200,
    rebufferCount: 1,
    longestRebufferMs: 200,
    rebufferRatio: 200 / 60_200,
    averageBps: 2_400_000,
    averageHeightPx: 719.6,
    switchUpCount: 2,
    switchDownCount: 1,
    switchedBps: 1,
    seekCount: 0,
    errorCount: 0,
    errorCodes: [],
    moves: { 'too-slow': 1, reset: 1 },
    deliveredBytes: 18_000_000,
    bytesByServer: { 'ix-1-a': 1_000_000, 'fjord-1-a': 17_000_000 },
  };
  expect(summaryLines(qoe)).toEqual([
    'started after 412 ms, played 60.0 s, 1 stalls (200 ms)',
    '2.4 Mbit/s, 720 lines on average, 2 steps up, 1 down; 2 moves, 0 hand-overs',
    '18.0 MB from fjord-1-a 17.0 MB, ix-1-a 1.0 MB; wasted 0.0 MB',
  ]);
});
