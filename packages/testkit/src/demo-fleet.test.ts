import { expect, it } from 'vitest';
import { DEMO_FLEET, placeFleet } from './demo-fleet.ts';

const addresses = (fleet: typeof DEMO_FLEET) => [
  ...fleet.regions.map(({ host, port }) => `${host}:${port}`),
  ...fleet.sites.flatMap((site) => site.ocas.map(({ host, port }) => `${host}:${port}`)),
];

it('has twelve OCAs at four sites, each with its own address, and three regions', () => {
  expect(DEMO_FLEET.sites.map((site) => site.ocas.length)).toEqual([4, 2, 3, 3]);
  expect(DEMO_FLEET.regions).toHaveLength(3);
  expect(new Set(addresses(DEMO_FLEET)).size).toBe(15);
});

it.each([true, false])(
  'is placed on other ports without two processes on one address (own addresses: %s)',
  (ownAddresses) => {
    const placed = placeFleet(DEMO_FLEET, { firstRegionPort: 20_001, ocaPort: 20_100, ownAddresses });
    expect(new Set(addresses(placed)).size).toBe(15);
    expect(placed.regions.map((region) => region.port)).toEqual([20_001, 20_002, 20_003]);
    const hosts = new Set(placed.sites.flatMap((site) => site.ocas.map((oca) => oca.host)));
    expect(hosts.size).toBe(ownAddresses ? 12 : 1);
  },
);
