import { schemas } from '@pressplay/protocol';
import type { FleetFile } from '@pressplay/protocol/messages';

type Site = FleetFile['sites'][number];

const GBPS = 1_000_000_000;

/** Every OCA of the demo listens on this port, each on an address of its own. */
const DEFAULT_OCA_PORT = 8600;

function site(
  info: Omit<Site, 'ocas' | 'routes'>,
  siteNumber: number,
  letters: string,
  capacityBps: number,
  routes: Site['routes'],
): Site {
  const ocas = [...letters].map((letter, index) => ({
    ocaId: `${info.siteId}-${letter}`,
    host: `127.20.${siteNumber}.${index + 1}`,
    port: DEFAULT_OCA_PORT,
    capacityBps,
  }));
  return { ...info, routes, ocas };
}

const announced = (asPath: number[], ...prefixes: string[]): Site['routes'] =>
  prefixes.map((prefix) => ({ prefix, asPath, med: 0 }));

const network = (country: string, asn: number, provider: string, latitude: number, longitude: number) => ({
  country,
  asn,
  provider,
  latitude,
  longitude,
});

const FJORD = network('US', 64501, 'Fjord Broadband', 47.61, -122.33);
const MESA = network('DE', 64502, 'Mesa Cable', 50.11, 8.68);
const KIWI = network('NZ', 64509, 'Kiwi Net', -36.85, 174.76);

const prefixesOf = (where: ReturnType<typeof network>, ...prefixes: string[]): FleetFile['networks'] =>
  prefixes.map((prefix) => ({ prefix, ...where }));

/** The fleet of `npm start`: three regions, twelve OCAs at four sites, three client networks. */
export const DEMO_FLEET: FleetFile = schemas.FleetFile.parse({
  regions: [
    { regionId: 'us-east-1', host: '127.0.0.1', port: 8501, latitude: 38.95, longitude: -77.45 },
    { regionId: 'us-west-2', host: '127.0.0.1', port: 8502, latitude: 45.84, longitude: -119.7 },
    { regionId: 'eu-west-1', host: '127.0.0.1', port: 8503, latitude: 53.34, longitude: -6.27 },
  ],
  sites: [
    site(
      {
        siteId: 'fjord-1',
        name: 'Fjord Broadband, Seattle',
        siteClass: 'embedded',
        asn: 64501,
        latitude: 47.61,
        longitude: -122.33,
      },
      1,
      'abcd',
      10 * GBPS,
      announced([], '198.51.100.0/24', '2001:db8:a::/48', '127.30.1.0/24', '127.0.0.0/24'),
    ),
    site(
      {
        siteId: 'mesa-1',
        name: 'Mesa Cable, Frankfurt',
        siteClass: 'embedded',
        asn: 64502,
        latitude: 50.11,
        longitude: 8.68,
      },
      2,
      'ab',
      10 * GBPS,
      announced([], '203.0.113.0/24', '2001:db8:b::/48', '127.30.2.0/24'),
    ),
    site(
      {
        siteId: 'ix-1',
        name: 'Internet exchange, Ashburn',
        siteClass: 'public-peering',
        asn: 64500,
        latitude: 39.04,
        longitude: -77.49,
      },
      3,
      'abc',
      20 * GBPS,
      [
        ...announced([64501], '198.51.96.0/19', '2001:db8::/32', '127.30.0.0/16'),
        ...announced([64502], '203.0.112.0/20'),
      ],
    ),
    site(
      {
        siteId: 'core-1',
        name: 'Full catalog, Chicago',
        siteClass: 'full-catalog',
        asn: 64500,
        latitude: 41.88,
        longitude: -87.63,
      },
      4,
      'abc',
      20 * GBPS,
      announced([64500], '0.0.0.0/0', '::/0'),
    ),
  ],
  networks: [
    ...prefixesOf(FJORD, '198.51.100.0/24', '2001:db8:a::/48', '127.30.1.0/24', '127.0.0.0/8', '::1/128'),
    ...prefixesOf(MESA, '203.0.113.0/24', '2001:db8:b::/48', '127.30.2.0/24'),
    ...prefixesOf(KIWI, '192.0.2.0/24', '127.30.9.0/24'),
  ],
});

/** Addresses that a demo client may claim, one in each network. */
export const DEMO_CLIENTS: readonly { readonly label: string; readonly address: string }[] = [
  { label: 'Fjord Broadband, US', address: '198.51.100.7' },
  { label: 'Mesa Cable, Germany', address: '203.0.113.7' },
  { label: 'Kiwi Net, New Zealand (no licence)', address: '192.0.2.7' },
];

export interface FleetPlacement {
  /** Regions listen on this port and those that follow. */
  readonly firstRegionPort: number;
  /** The port that all OCAs share, or the first of theirs where they share an address. */
  readonly ocaPort: number;
  /** Whether each OCA keeps its own loopback address. Only Linux answers on all of 127.0.0.0/8. */
  readonly ownAddresses: boolean;
}

/** The same fleet on other ports, so that several run at once; where addresses cannot differ, OCAs get ports of their own. */
export function placeFleet(fleet: FleetFile, placement: FleetPlacement): FleetFile {
  let ocaNumber = 0;
  return {
    ...fleet,
    regions: fleet.regions.map((region, index) => ({ ...region, port: placement.firstRegionPort + index })),
    sites: fleet.sites.map((site) => ({
      ...site,
      ocas: site.ocas.map((oca) => {
        const number = ocaNumber++;
        if (placement.ownAddresses) return { ...oca, port: placement.ocaPort };
        return { ...oca, host: '127.0.0.1', port: placement.ocaPort + number };
      }),
    })),
  };
}
