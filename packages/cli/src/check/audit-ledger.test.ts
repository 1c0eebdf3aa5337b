import type { LedgerEntry, Presentation } from '@pressplay/sdk-node';
import { expect, it } from 'vitest';
import { auditLedger } from './audit-ledger.ts';

const PRESENTATION: Presentation = {
  ...{ titleId: 't', titleName: 'T', durationMs: 4000, audio: [] },
  video: [
    {
      ...{
        renditionId: 'v720',
        kind: 'video',
        fileId: 'f',
        etag: '"e"',
        sizeBytes: 5000,
        codec: 'avc1',
        averageBps: 1,
        peakBps: 1,
      },
      initBytes: new Uint8Array(),
      segments: [
        { startMs: 0, durationMs: 2000, startByte: 1000, endByte: 3000 },
        { startMs: 2000, durationMs: 2000, startByte: 3000, endByte: 5000 },
      ],
    },
  ],
};

const entry = (
  ocaId: string,
  requestedFrom: number,
  deliveredTo: number,
  outcome: LedgerEntry['outcome'] = 'complete',
): LedgerEntry => ({
  ...{ ocaId, requestedFrom, deliveredTo, outcome },
  ...{ fileId: 'f', renditionId: 'v720', segmentNumber: requestedFrom < 3000 ? 0 : 1, startedAtMs: 0, endedAtMs: 1 },
});

it('accepts a hand-over that goes on at the byte reached', () => {
  const entries = [entry('a', 1000, 1700, 'reset'), entry('b', 1700, 3000), entry('b', 3000, 5000)];
  expect(auditLedger(entries, PRESENTATION)).toEqual([]);
});

it('passes over the index file of a long film, which is no segment', () => {
  const index: LedgerEntry = { ...entry('a', 0, 900), fileId: 'i', renditionId: 'index' };
  expect(auditLedger([index, entry('a', 1000, 3000)], PRESENTATION)).toEqual([]);
});

it('finds repeated and missing bytes', () => {
  expect(auditLedger([entry('a', 1000, 1700, 'reset'), entry('b', 1699, 3000)], PRESENTATION)).toEqual([
    'segment 0 of v720: b repeated bytes 1699 to 1700',
  ]);
  expect(auditLedger([entry('a', 1000, 1700, 'reset'), entry('b', 1701, 3000)], PRESENTATION)).toEqual([
    'segment 0 of v720: nobody delivered bytes 1700 to 1701',
  ]);
  expect(auditLedger([entry('a', 3000, 4999)], PRESENTATION)).toEqual([
    'segment 1 of v720: delivered to byte 4999 of 5000',
  ]);
});

it('lets a segment end early that the player gave up, and a server deliver nothing', () => {
  expect(auditLedger([entry('a', 1000, 1200, 'cancelled')], PRESENTATION)).toEqual([]);
  expect(auditLedger([entry('a', 1000, 1000, 'status'), entry('b', 1000, 3000)], PRESENTATION)).toEqual([]);
});
