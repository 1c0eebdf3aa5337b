import {
  addedBps,
  buildPrefixTable,
  Content,
  FileNumbers,
  groupOf,
  joinAnnouncements,
  nameServers,
  noteDrops,
  noteLook,
  OcaRecord,
  packAnnouncements,
  pointOf,
  type RouteFeed,
  routingOf,
  spellOutDecision,
  surveyAround,
} from '@pressplay/mock-backend/steering';
import type { HealthReport, SiteInfo } from '@pressplay/protocol/messages';
import { type AddressWords, parseAddress } from '@pressplay/protocol/routes';
import { type Bench, type Metric, median } from './metric.ts';
import { addressesIn, seededRandom, syntheticTable } from './prefix-lookup-data.ts';

const SITES = 2000;
const OCAS_PER_SITE = 10;
const PREFIXES = 500_000;
const TITLES = 10_000;
const FILES_PER_TITLE = 12;
const PLAYS = 20_000;
const ROUNDS = 7;
/** The log hands over so many at once. */
const SPELT_AT_ONCE = 200;
/** Of the OCAs an eighth fills itself apart from its site, and as many are not healthy. */
const OWN_CONTENT = 8;
const ILL = 8;
const CLASSES = ['embedded', 'embedded', 'private-peering', 'public-peering'] as const;

interface Asked {
  readonly client: {
    readonly address: { family: 4; words: AddressWords; text: string };
    readonly location: { latitude: number; longitude: number };
  };
  readonly playId: string;
  readonly titleId: string;
  readonly fileIds: readonly string[];
}

type Until = Parameters<typeof surveyAround>[0]['until'];

/**
 * Ten servers out of 20,000 OCAs at 2,000 sites, found by prefix, with health, capacity and content of each one seen,
 * for plays of 10,000 films; for the log a decision also notes what its replay without a site would need, and is spelt
 * out later, many at once.
 */
export const ranking: Bench = async () => {
  const random = seededRandom(5);
  const fleet = makeFleet(random);
  const asked = makePlays(fleet.local, fleet.titles, random);
  const metrics: Metric[] = [];
  const perPlayUs = { decision: [] as number[], replay: [] as number[], spellOut: [] as number[] };
  let [servers, sites, lookedAt] = [0, 0, 0];
  // Interleaved, so that a machine that gets busy slows both alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const until of ['decision', 'replay'] as const) {
      [servers, sites, lookedAt] = [0, 0, 0];
      const waiting: NonNullable<ReturnType<typeof decide>['spellOut']>[] = [];
      let spellOutUs = 0;
      const before = process.cpuUsage();
      for (const play of asked) {
        const { named, spellOut } = decide(fleet, play, until);
        servers += named.servers.length;
        sites += sitesOf(named.servers);
        if (!spellOut || waiting.push(spellOut) < SPELT_AT_ONCE) continue;
        const start = process.cpuUsage();
        for (const one of waiting.splice(0)) lookedAt += one().inputs.sites.length;
        spellOutUs += microsecondsSince(start);
      }
      perPlayUs[until].push((microsecondsSince(before) - spellOutUs) / PLAYS);
      if (until === 'replay') perPlayUs.spellOut.push(spellOutUs / PLAYS);
    }
  }
  if (lookedAt === 0) throw new Error('No decision was spelt out.');
  metrics.push(
    { name: 'rank-and-choose', value: median(perPlayUs.decision), unit: 'us', better: 'lower', target: 20 },
    { name: 'rank-and-choose-logged', value: median(perPlayUs.replay), unit: 'us', better: 'lower', target: 20 },
    { name: 'spell-out-logged', value: median(perPlayUs.spellOut), unit: 'us', better: 'lower' },
    { name: 'servers-per-play', value: servers / PLAYS, unit: '', better: 'higher', target: 10 },
    { name: 'sites-per-play', value: sites / PLAYS, unit: '', better: 'higher', target: 3 },
  );
  return metrics;
};

function microsecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

function sitesOf(servers: readonly { readonly siteId: string }[]): number {
  let count = 0;
  for (const [at, { siteId }] of servers.entries())
    if (servers.findIndex((one) => one.siteId === siteId) === at) count++;
  return count;
}

type Fleet = ReturnType<typeof makeFleet>;

/** As the control plane does. A logged decision is noted; what is noted is spelt out beside the plays. */
function decide({ routing, files }: Fleet, { client, playId, titleId, fileIds }: Asked, until: Until) {
  const play = { occasion: 'start' as const, playBps: 8e6, fileIds };
  const { survey, sites } = surveyAround({
    routing,
    client,
    playId,
    files: files.listOf(fileIds),
    addedBps: addedBps(play),
    until,
    nowMs: 0,
    healthDeadlineMs: 5000,
  });
  const named = nameServers(survey, play);
  if (until === 'decision') return { named, spellOut: undefined };
  const asked = {
    ...play,
    playId,
    titleId,
    region: 'us-east-1',
    atMs: 0,
    clientPrefix: '',
    tableVersion: routing.version,
  };
  const [look, drops] = [noteLook(sites, client.location), noteDrops(survey)];
  return { named, spellOut: () => spellOutDecision(asked, look, named, drops) };
}

function makeFleet(random: () => number) {
  const titles = Array.from({ length: TITLES }, (_, title) =>
    Array.from({ length: FILES_PER_TITLE }, (_, file) =>
      (title * FILES_PER_TITLE + file).toString(16).padStart(32, '0'),
    ),
  );
  const files = new FileNumbers();
  for (const file of titles.flat()) files.numberOf(file);
  const feeds = Array.from({ length: SITES }, (_, at) => feedOf(at, random));
  const local = syntheticTable(4, PREFIXES, SITES, random);
  const wide = packAnnouncements(4, widePrefixes(random));
  const v4 = joinAnnouncements(4, [{ announced: local }, { announced: wide }]);
  const feedClasses = Uint8Array.from(feeds, ({ site }) => CLASS_ORDER.indexOf(site.siteClass));
  const table = buildPrefixTable({ v4, v6: packAnnouncements(6, []), feedClasses });
  return { titles, files, local, routing: routingOf(1, table, feeds) };
}

const CLASS_ORDER: readonly SiteInfo['siteClass'][] = ['embedded', 'private-peering', 'public-peering', 'full-catalog'];

function makePlays(
  local: Parameters<typeof addressesIn>[0],
  titles: readonly (readonly string[])[],
  random: () => number,
): readonly Asked[] {
  return [...addressesIn(local, PLAYS, random)].map((word, at) => {
    const text = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.');
    const address = parseAddress(text);
    if (address?.family !== 4) throw new Error(text);
    // Popularity falls with the square: half of the plays ask for a quarter of the titles.
    const title = Math.floor((random() / 2 ** 32) ** 2 * TITLES);
    return {
      client: {
        address: { family: 4, words: address.words, text },
        location: { latitude: (word % 120) - 60, longitude: (word % 360) - 180 },
      },
      playId: at.toString(16).padStart(32, '0'),
      titleId: `film-${title}`,
      // As each play request makes its own list.
      fileIds: [...(titles[title] ?? [])],
    };
  });
}

function feedOf(at: number, random: () => number): RouteFeed<OcaRecord> {
  const site: SiteInfo = {
    siteId: `site-${at}`,
    name: `Site ${at}`,
    siteClass: at % 100 === 0 ? 'full-catalog' : (CLASSES[at % 4] ?? 'embedded'),
    asn: 64512 + at,
    latitude: (random() % 120) - 60,
    longitude: (random() % 360) - 180,
  };
  const ofSite = drawContent(site, random);
  const ocas = Array.from({ length: OCAS_PER_SITE }, (_, n) => {
    const record = new OcaRecord(`site-${at}-${n}`);
    record.site = site;
    record.health = { value: healthOf(record.ocaId, site.siteId, n, random), atMs: 0 };
    record.content = random() % OWN_CONTENT === 0 ? drawContent(site, random) : ofSite;
    return record;
  });
  return { site, point: pointOf(site), group: groupOf(ocas) };
}

const numbers = new Uint32Array(TITLES * FILES_PER_TITLE);

/**
 * Full-catalog sites hold all; the others the popular titles, some more, some less of them. One title in fifty is
 * missing, of another the first four files: it is being filled. Files have the numbers that `makeFleet` gave them.
 */
function drawContent({ siteClass }: SiteInfo, random: () => number): Content {
  const isFull = siteClass === 'full-catalog';
  const depth = isFull ? TITLES : TITLES * (0.3 + (random() % 70) / 100);
  let count = 0;
  for (let title = 0; title < depth; title++) {
    const missing = isFull ? 2 : random() % 50;
    if (missing === 0) continue;
    for (let file = missing === 1 ? 4 : 0; file < FILES_PER_TITLE; file++)
      numbers[count++] = title * FILES_PER_TITLE + file;
  }
  return new Content(numbers.subarray(0, count));
}

function healthOf(ocaId: string, siteId: string, n: number, random: () => number): HealthReport {
  const isIll = random() % ILL === 0;
  return {
    ocaId,
    siteId,
    baseUrl: `https://${ocaId}.example`,
    verdict: isIll ? 'saturated' : 'healthy',
    reason: isIll ? 'traffic' : 'well',
    capacityBps: [10e9, 20e9, 40e9][n % 3] ?? 10e9,
    trafficBps: random() % 8e9,
    connections: 0,
    servedBytes: 0,
    uptimeMs: 1,
  };
}

/** Every hundredth site is a full-catalog one that announces everything; exchanges announce wide prefixes. */
function widePrefixes(random: () => number) {
  const of = (words: readonly number[], length: number, feed: number) => ({
    prefix: { family: 4 as const, words, length },
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
