import type { HealthReport } from '@pressplay/protocol/messages';
import { parseAddress } from '@pressplay/protocol/routes';
import { describe, expect, it } from 'vitest';
import { FleetState } from '../fleet/fleet-state.ts';
import { nameServers } from './choose-servers.ts';
import { surveyAround } from './look-around.ts';

const PREFIX = '198.51.100.0/24';
const FILES = ['picture', 'sound'];
const site = { name: '', siteClass: 'embedded', asn: 64500, latitude: 0, longitude: 0 } as const;
const OCAS = { a: 'near', b: 'near', c: 'far' } as const;
type OcaId = keyof typeof OCAS;

/** Two OCAs at a site, one further away; all of them well, and holding all. */
class Region {
  readonly fleet = new FleetState([
    { ...site, siteId: 'near' },
    { ...site, siteId: 'far', longitude: 50 },
  ]);

  constructor() {
    for (const ocaId of ['a', 'b', 'c'] as const) {
      this.health(ocaId, {});
      this.holds(ocaId, FILES);
      this.announces(ocaId, PREFIX);
    }
  }

  health(ocaId: OcaId, told: Partial<HealthReport>, atMs = 0): void {
    const well = { verdict: 'healthy', reason: 'well', capacityBps: 1e9, trafficBps: 0, connections: 0 } as const;
    const of = { ocaId, siteId: OCAS[ocaId], baseUrl: 'http://oca', servedBytes: 0, uptimeMs: 1 };
    this.#report({ ocaId, health: { value: { ...of, ...well, ...told }, atMs } }, atMs);
  }

  holds(ocaId: OcaId, fileIds: readonly string[]): void {
    this.#report({ ocaId, inventory: { value: [...fileIds], atMs: 0 } });
  }

  announces(ocaId: OcaId, prefix: string): void {
    this.#report({ ocaId, routes: { value: [{ prefix, asPath: [], med: 0 }], atMs: 0 } });
  }

  #report(part: Parameters<FleetState['report']>[0], nowMs = 0): void {
    this.fleet.report(part, { nowMs, wallMs: nowMs });
  }

  /** Who is named to the next play, for the first of its files and for the second. */
  play(nowMs = 0): [first: string, second: string] {
    const address = parseAddress('198.51.100.7');
    if (!address) throw new Error('no address');
    const { survey } = surveyAround({
      routing: this.fleet.routing(),
      client: { address, location: { latitude: 0, longitude: 0 } },
      playId: 'the same play',
      files: this.fleet.files.listOf(FILES),
      addedBps: 1e6,
      until: 'decision',
      nowMs,
      healthDeadlineMs: 5000,
    });
    const { servers, fileSets } = nameServers(survey, { occasion: 'start', playBps: 1e6, fileIds: FILES });
    const namedFor = (fileId = '') =>
      fileSets
        .filter(({ fileIds }) => fileIds.includes(fileId))
        .flatMap((set) => set.servers.map((at) => servers[at]?.ocaId ?? '?'))
        .sort()
        .join('');
    return [namedFor(FILES[0]), namedFor(FILES[1])];
  }
}

describe('the next play, asked just as the one before,', () => {
  it('feels that an OCA fell ill, is silent, is full, and is well again', () => {
    const region = new Region();
    expect(region.play()).toEqual(['abc', 'abc']);
    region.health('a', { verdict: 'failing' });
    expect(region.play()).toEqual(['bc', 'bc']);
    region.health('a', { trafficBps: 1e9 });
    expect(region.play()).toEqual(['bc', 'bc']);
    region.health('a', {});
    expect(region.play()).toEqual(['abc', 'abc']);
    region.health('b', {}, 3000);
    expect(region.play(6000)).toEqual(['b', 'b']);
  });

  it('feels what other plays were given', () => {
    const region = new Region();
    region.fleet.give('c', 999.5e6);
    expect(region.play()).toEqual(['ab', 'ab']);
  });

  it('feels a drain of an OCA and of a site, and its end', () => {
    const region = new Region();
    const drain = (kind: 'oca' | 'site', id: string) => ({ kind, id, reason: 'new disks', sinceMs: 0 });
    region.fleet.setDrains([drain('oca', 'b')]);
    expect(region.play()).toEqual(['ac', 'ac']);
    region.fleet.setDrains([drain('site', 'near')]);
    expect(region.play()).toEqual(['c', 'c']);
    region.fleet.setDrains([]);
    expect(region.play()).toEqual(['abc', 'abc']);
  });

  it('feels content that was lost and content that came', () => {
    const region = new Region();
    region.holds('a', ['picture']);
    expect(region.play()).toEqual(['abc', 'bc']);
    region.holds('b', []);
    expect(region.play()).toEqual(['ac', 'c']);
    region.holds('b', FILES);
    expect(region.play()).toEqual(['abc', 'bc']);
  });

  it('feels routes that end and routes that begin', () => {
    const region = new Region();
    region.announces('a', '203.0.113.0/24');
    expect(region.play()).toEqual(['bc', 'bc']);
    region.announces('c', '198.51.0.0/16');
    expect(region.play()).toEqual(['bc', 'bc']);
    region.announces('b', '203.0.113.0/24');
    expect(region.play()).toEqual(['c', 'c']);
    region.announces('a', PREFIX);
    expect(region.play()).toEqual(['ac', 'ac']);
  });
});
