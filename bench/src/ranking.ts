import {
  addedBps,
  buildPrefixTable,
  chooseServers,
  joinAnnouncements,
  lookAround,
  OcaRecord,
  packAnnouncements,
  parseAddress,
  pointOf,
  type RouteFeed,
  type Routing,
  type SteerableOca,
} from '@pressplay/mock-backend/steering';
import type { SiteInfo } from '@pressplay/protocol/messages';
import { type Bench, type Metric, median } from './metric.ts';
import { addressesIn, seededRandom, syntheticTable } from './prefix-lookup-data.ts';

const SITES = 2000;
const OCAS_PER_SITE = 10;
const PREFIXES = 500_000;
const FILES = 12;
const PLAYS = 20_000;
const ROUNDS = 7;
/** A quarter of the OCAs lacks some file, an eighth is not healthy. */
const PART = 4;
const ILL = 8;
const CLASSES = ['embedded', 'embedded', 'private-peering', 'public-peering'] as const;

interface BenchOca extends SteerableOca {
  readonly healthy: boolean;
}

/** Ten servers out of 20,000 OCAs at 2,000 sites, found by prefix, with health, capacity and content of each one seen. */
export const ranking: Bench = async () => {
  const random = seededRandom(5);
  const fileIds = Array.from({ length: FILES }, (_, at) => at.toString(16).padStart(32, '0'));
  const feeds = Array.from({ length: SITES }, (_, at) => feedOf(at, fileIds, random));
  const local = syntheticTable(4, PREFIXES, SITES, random);
  // Every hundredth site is a full-catalog one that announces everything; exchanges announce wider prefixes.
  const wide = packAnnouncements(4, widePrefixes(random));
  const v4 = joinAnnouncements(4, [{ announced: local }, { announced: wide }]);
  const none = packAnnouncements(6, []);
  const table = buildPrefixTable({ v4, v6: none, feedClasses: new Uint8Array(SITES) });
  const routing: Routing<BenchOca> = { version: 1, table, feeds };
  const asked = [...addressesIn(local, PLAYS, random)].map((word) => {
    const text = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.');
    const address = parseAddress(text);
    if (!address) throw new Error(text);
    return { address, location: { latitude: (word % 120) - 60, longitude: (word % 360) - 180 } };
  });
  const playIds = asked.map((_, at) => at.toString(16).padStart(32, '0'));
  const perPlayUs: number[] = [];
  let [servers, sites] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    [servers, sites] = [0, 0];
    const before = process.cpuUsage();
    asked.forEach((client, at) => {
      const choice = decide(routing, client, playIds[at] ?? '', fileIds);
      servers += choice.servers.length;
      sites += new Set(choice.servers.map(({ siteId }) => siteId)).size;
    });
    const { user, system } = process.cpuUsage(before);
    perPlayUs.push((user + system) / PLAYS);
  }
  const metrics: Metric[] = [
    { name: 'rank-and-choose', value: median(perPlayUs), unit: 'us', better: 'lower', target: 20 },
    { name: 'servers-per-play', value: servers / PLAYS, unit: '', better: 'higher', target: 10 },
    { name: 'sites-per-play', value: sites / PLAYS, unit: '', better: 'higher', target: 3 },
  ];
  return metrics;
};

function decide(
  routing: Routing<BenchOca>,
  client: Parameters<typeof lookAround>[0]['client'],
  playId: string,
  fileIds: string[],
) {
  const play = { occasion: 'start' as const, playBps: 8e6 };
  const sites = lookAround({
    routing,
    client,
    playId,
    fileIds,
    addedBps: addedBps(play),
    conditionOf: ({ healthy }) =>
      healthy ? { condition: 'healthy', reason: 'well' } : { condition: 'saturated', reason: 'traffic' },
  });
  return chooseServers({
    ...play,
    playId,
    titleId: 'film',
    region: 'us-east-1',
    atMs: 0,
    clientPrefix: '',
    tableVersion: routing.version,
    fileIds,
    sites,
  });
}

function feedOf(at: number, fileIds: readonly string[], random: () => number): RouteFeed<BenchOca> {
  const site: SiteInfo = {
    siteId: `site-${at}`,
    name: `Site ${at}`,
    siteClass: at % 100 === 0 ? 'full-catalog' : (CLASSES[at % 4] ?? 'embedded'),
    asn: 64512 + at,
    latitude: (random() % 120) - 60,
    longitude: (random() % 360) - 180,
  };
  const ocas = Array.from({ length: OCAS_PER_SITE }, (_, n): BenchOca => {
    const held = new Set(random() % PART === 0 ? fileIds.slice(2) : fileIds);
    const record = new OcaRecord(`site-${at}-${n}`);
    record.inventory = { value: held, atMs: 0 };
    return {
      ocaId: `site-${at}-${n}`,
      hash: record.hash,
      capacityBps: [10e9, 20e9, 40e9][n % 3] ?? 10e9,
      loadBps: random() % 8e9,
      healthy: random() % ILL !== 0,
      lacks: (asked) => record.lacks(asked),
    };
  });
  return { site, point: pointOf(site), ocas };
}

function widePrefixes(random: () => number) {
  const of = (text: readonly number[], length: number, feed: number) => ({
    prefix: { family: 4 as const, words: text, length },
    feed,
    asPathLength: 1 + (random() % 3),
    med: 0,
  });
  const exchanges = Array.from({ length: 256 }, (_, octet) =>
    Array.from({ length: 3 }, () => of([octet * 2 ** 24], 8, random() % SITES)),
  ).flat();
  const everything = Array.from({ length: SITES / 100 }, (_, at) => ({ ...of([0], 0, at * 100), asPathLength: 0 }));
  return [...exchanges, ...everything];
}
