import { schemas } from '@pressplay/protocol';
import { expect, it } from 'vitest';
import { drainable, drainsText } from './drain.ts';

const oca = (ocaId: string, connections: number) => ({
  ocaId,
  siteId: 'fjord-1',
  baseUrl: 'http://oca',
  verdict: 'healthy',
  reason: 'well',
  capacityBps: 1e9,
  trafficBps: connections * 2e6,
  connections,
  servedBytes: 0,
  uptimeMs: 1,
  reportAgeMs: 0,
  usable: false,
  fileCount: 0,
  prefixCount: 0,
});
const STATUS = schemas.FleetStatus.parse({
  region: 'us-east-1',
  sites: [{ siteId: 'fjord-1', name: 'Fjord', siteClass: 'embedded', asn: 1, latitude: 0, longitude: 0 }],
  ocas: [oca('fjord-1-a', 2), oca('fjord-1-b', 1)],
  drains: [
    { kind: 'site', id: 'fjord-1', reason: 'power', sinceMs: Date.parse('2026-11-22T10:00Z') },
    { kind: 'oca', id: 'fjord-1-a', reason: 'new disks', sinceMs: Date.parse('2026-11-22T09:00Z') },
  ],
  titles: [],
});

it('a name is that of an OCA or of a site', () => {
  expect(drainable('fjord-1-a', STATUS)).toEqual({ kind: 'oca', id: 'fjord-1-a' });
  expect(drainable('fjord-1', STATUS)).toEqual({ kind: 'site', id: 'fjord-1' });
  expect(() => drainable('fjord', STATUS)).toThrow('No OCA and no site is named "fjord". Sites: fjord-1.');
});

it('tells since when, why, and who is still served', () => {
  expect(drainsText(STATUS)).toBe(
    [
      'fjord-1-a (OCA) since 2026-11-22 09:00 UTC: new disks. It still sends 2 responses, 4.0 Mbit/s.',
      'fjord-1 (site of 2 OCAs) since 2026-11-22 10:00 UTC: power. It still sends 3 responses, 6.0 Mbit/s.',
    ].join('\n'),
  );
  expect(drainsText({ ...STATUS, drains: [] })).toBe('Nothing is drained.');
});
