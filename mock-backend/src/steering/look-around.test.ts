import type { HealthReport, Route, SiteClass, SiteInfo } from '@pressplay/protocol/messages';
import { parseAddress } from '@pressplay/protocol/routes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetState } from '../fleet/fleet-state.ts';
import { lookAround } from './look-around.ts';
import { distanceKmTo, type NearSite, NearSites, pointOf } from './routing.ts';

interface Announced {
  readonly ocaId: string;
  readonly siteId?: string;
  readonly siteClass?: SiteClass;
  readonly longitude?: number;
  readonly capacityBps?: number;
  readonly prefixes: readonly (string | { prefix: string; asPathLength?: number; med?: number })[];
}

const routeOf = (one: Announced['prefixes'][number]): Route => {
  const { prefix, asPathLength = 0, med = 0 } = typeof one === 'string' ? { prefix: one } : one;
  return { prefix, asPath: Array(asPathLength).fill(64500), med };
};

function fleetOf(announced: readonly Announced[]): FleetState {
  const sites = announced.map(
    ({ ocaId, siteId = ocaId, siteClass = 'embedded', longitude = 0 }): SiteInfo => ({
      siteId,
      name: siteId,
      siteClass,
      asn: 64500,
      latitude: 0,
      longitude,
    }),
  );
  const fleet = new FleetState(sites);
  for (const { ocaId, siteId = ocaId, prefixes, capacityBps = 1e9 } of announced) {
    const health: HealthReport = {
      ocaId,
      siteId,
      baseUrl: 'http://oca',
      verdict: 'healthy',
      reason: 'well',
      capacityBps,
      trafficBps: 0,
      connections: 0,
      servedBytes: 0,
      uptimeMs: 1,
    };
    const report = {
      ocaId,
      health: { value: health, atMs: 0 },
      routes: { value: prefixes.map(routeOf), atMs: 0 },
      inventory: { value: ['film'], atMs: 0 },
    };
    fleet.report(report, { nowMs: 0, wallMs: 0 });
  }
  return fleet;
}

function clientAt(text = '198.51.100.7') {
  const address = parseAddress(text);
  if (!address) throw new Error(text);
  return { address, location: { latitude: 0, longitude: 0 } };
}

function allNear(fleet: FleetState): NearSite<unknown>[] {
  const near = new NearSites(fleet.routing(), clientAt());
  const all: NearSite<unknown>[] = [];
  for (let site = near.next(); site; site = near.next()) all.push(site);
  return all;
}

const look = (fleet: FleetState, playId = 'play', from?: string) =>
  lookAround({
    routing: fleet.routing(),
    client: clientAt(from),
    playId,
    files: fleet.files.listOf(['film']),
    addedBps: 0,
    until: 'replay',
    nowMs: 0,
    healthDeadlineMs: 5000,
  });

const order = (announced: readonly Announced[], playId?: string) =>
  look(fleetOf(announced), playId).flatMap(({ ocas }) => ocas.map(({ ocaId }) => ocaId));

describe('the network order of OCAs', () => {
  it('puts the longest prefix before everything else', () => {
    const far = { prefix: '198.51.100.0/24', asPathLength: 5, med: 9 };
    expect(
      order([
        { ocaId: 'near', prefixes: ['198.51.0.0/16'] },
        { ocaId: 'long', siteClass: 'full-catalog', longitude: 170, prefixes: [far] },
      ]),
    ).toEqual(['long', 'near']);
  });

  it('then goes by transport class, AS path, MED and distance', () => {
    const prefix = '198.51.100.0/24';
    const announced: readonly Announced[] = [
      { ocaId: 'f-full', siteClass: 'full-catalog', prefixes: [prefix] },
      { ocaId: 'e-public', siteClass: 'public-peering', prefixes: [prefix] },
      { ocaId: 'd-private', siteClass: 'private-peering', prefixes: [prefix] },
      { ocaId: 'c-path', prefixes: [{ prefix, asPathLength: 1 }] },
      { ocaId: 'b-med', prefixes: [{ prefix, med: 10 }] },
      { ocaId: 'a-far', longitude: 50, prefixes: [prefix] },
      { ocaId: 'z-best', longitude: 10, prefixes: [prefix] },
    ];
    const expected = ['z-best', 'a-far', 'b-med', 'c-path', 'd-private', 'e-public', 'f-full'];
    const all = allNear(fleetOf(announced));
    expect(all.map(({ site }) => site.siteId)).toEqual(expected);
    expect(all.slice(0, 2).map((near) => Math.round(distanceKmTo(near, pointOf(clientAt().location))))).toEqual([
      1112, 5560,
    ]);
    expect(order(announced)).toEqual(expected);
  });

  it('leaves out who announces no prefix that holds the client', () => {
    expect(
      order([
        { ocaId: 'other', prefixes: ['203.0.113.0/24', '2001:db8::/32'] },
        { ocaId: 'none', prefixes: [] },
        { ocaId: 'default', prefixes: ['0.0.0.0/0'] },
      ]),
    ).toEqual(['default']);
  });

  it('knows IPv6 as it knows IPv4', () => {
    const fleet = fleetOf([
      { ocaId: 'wide', prefixes: ['2001:db8::/32', '::/0'] },
      { ocaId: 'long', prefixes: ['2001:db8:a::/48'] },
    ]);
    expect(look(fleet, 'play', '2001:db8:a::7').map(({ siteId }) => siteId)).toEqual(['long', 'wide']);
    expect(look(fleet, 'play', '2001:db8:b::7').map(({ siteId }) => siteId)).toEqual(['wide']);
  });

  it('counts the best of several routes of one OCA', () => {
    const prefix = '198.51.100.0/24';
    expect(
      order([
        { ocaId: 'b', prefixes: [{ prefix, asPathLength: 2 }] },
        { ocaId: 'a', prefixes: ['0.0.0.0/0', { prefix, asPathLength: 3 }, { prefix, asPathLength: 1 }] },
      ]),
    ).toEqual(['a', 'b']);
  });

  it('names only those OCAs of a site that announce the prefix themselves', () => {
    const fleet = fleetOf([
      { ocaId: 'a', siteId: 'one', prefixes: ['198.51.100.0/24'] },
      { ocaId: 'b', siteId: 'one', prefixes: ['203.0.113.0/24'] },
      { ocaId: 'c', siteId: 'one', prefixes: ['198.51.0.0/16'] },
    ]);
    const seen = look(fleet).map(({ prefixLength, ocas }) => [prefixLength, ...ocas.map(({ ocaId }) => ocaId)]);
    expect(seen).toEqual([
      [24, 'a'],
      [16, 'c'],
    ]);
  });

  it('gives the OCAs of a site plays in proportion to their capacity', () => {
    const capacities = { a: 1e9, b: 1e9, c: 2e9, d: 4e9 };
    const fleet = fleetOf(
      Object.entries(capacities).map(([ocaId, capacityBps]) => ({
        ocaId,
        siteId: 'one',
        capacityBps,
        prefixes: ['198.51.100.0/24'],
      })),
    );
    const first = Array.from({ length: 8000 }, (_, i) => look(fleet, `play-${i}`)[0]?.ocas[0]?.ocaId);
    for (const [ocaId, capacityBps] of Object.entries(capacities)) {
      const share = first.filter((one) => one === ocaId).length / first.length;
      expect(share / (capacityBps / 8e9)).toBeGreaterThan(0.9);
      expect(share / (capacityBps / 8e9)).toBeLessThan(1.1);
    }
  });

  it('gives the same answer to the same question, in whatever order the OCAs reported', () => {
    const oca = fc.record({
      siteId: fc.constantFrom('x', 'y'),
      prefixes: fc.subarray(['198.51.100.0/24', '198.51.0.0/16', '0.0.0.0/0']),
    });
    fc.assert(
      fc.property(fc.array(oca, { maxLength: 12 }), fc.string(), fc.infiniteStream(fc.nat()), (ocas, playId, dice) => {
        const announced = ocas.map((one, i) => ({ ...one, ocaId: `oca-${i}` }));
        const shuffled = announced
          .map((one) => ({ one, at: dice.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(order(shuffled, playId)).toEqual(order(announced, playId));
      }),
    );
  });

  it('looks no further than a decision, and one without any of its sites, needs', () => {
    const announced = Array.from({ length: 2000 }, (_, at) => ({
      ocaId: `oca-${at}`,
      siteId: `site-${at % 100}`,
      longitude: at % 100,
      prefixes: ['0.0.0.0/0'],
    }));
    const seen = look(fleetOf(announced));
    const counts = seen.map(({ ocas }) => ocas.length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(seen.length).toBe(4);
    expect(total - Math.max(...counts)).toBeGreaterThanOrEqual(10);
    expect(total).toBeLessThanOrEqual(40);
  });
});
