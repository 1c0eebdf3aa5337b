import { expect, it } from 'vitest';
import type { QoeSummary } from '../messages.ts';
import { QoeSummary as Schema } from '../schemas/telemetry.ts';
import { qoeFromCmcd, qoeToCmcd } from './qoe-keys.ts';

const QOE: QoeSummary = {
  outcome: 'ended',
  elapsedMs: 61_000,
  startingMs: 400,
  startupMs: 400,
  playingMs: 60_000,
  pausedMs: 0,
  seekingMs: 100,
  rebufferMs: 500,
  rebufferCount: 1,
  longestRebufferMs: 500,
  rebufferRatio: 0.008,
  averageBps: 2_400_000,
  averageHeightPx: 720,
  switchUpCount: 1,
  switchDownCount: 0,
  switchedBps: 2_000_000,
  seekCount: 1,
  errorCount: 1,
  errorCodes: ['media/decode'],
  moves: { 'first-byte-late': 1 },
  handOvers: { reset: 2, 'better-by-margin': 1 },
  deliveredBytes: 18_000_000,
  bytesByServer: { 'fjord-1-a': 17_000_000, 'ix-1-c': 1_000_000 },
  wastedBytes: { lost: 1, raced: 2, replaced: 3, probe: 4 },
  droppedFrames: 7,
};

it('brings the figures of a play over, key by key', () => {
  const keys = qoeToCmcd(QOE);
  expect(keys).toMatchObject({
    'dev.pressplay-playing-ms': '60000',
    'dev.pressplay-bytes-by-server.ix-1-c': '1000000',
  });
  expect(Schema.parse(qoeFromCmcd({ ...keys, ec: QOE.errorCodes, sid: 'other keys' }))).toEqual(QOE);
});

it('rounds what nobody can read: fractions of a millisecond, more digits of a ratio', () => {
  const keys = qoeToCmcd({ ...QOE, playingMs: 59_999.6, rebufferRatio: 0.0078431 });
  expect(qoeFromCmcd(keys)).toMatchObject({ playingMs: 60_000, rebufferRatio: 0.008 });
});

it('is nothing in an event without figures, and keeps empty counts', () => {
  expect(qoeFromCmcd({ 'dev.pressplay-reason': 'reset' })).toBeUndefined();
  const nothing = { ...QOE, moves: {}, handOvers: {}, bytesByServer: {}, errorCodes: [] };
  expect(qoeFromCmcd(qoeToCmcd(nothing))).toEqual(nothing);
});
