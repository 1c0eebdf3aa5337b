import type { StoredOca } from '@pressplay/mock-backend';
import type { CatalogTitle, ClientNetworkEntry, HealthReport, Route, SiteInfo } from '@pressplay/protocol/messages';
import { checksumOf, cutIndexes, etagOf, INLINE_INDEX_MS } from '@pressplay/protocol/wire';
import { seededRandom } from '../prefix-lookup-data.ts';
import type { Sizes } from './sizes.ts';

/** Ten renditions in segments of six seconds: an index of about a hundred and fifty kilobytes for two hours. */
const SEGMENT_MS = 6000;
const VIDEO_KBPS = [235, 375, 560, 750, 1050, 1750, 2350, 3000, 4300];
const AUDIO_KBPS = 128;
const RENDITIONS = VIDEO_KBPS.length + 1;
/** One more for the index of a long film. */
const FILES = RENDITIONS + 1;
/** What every site holds beside its own; of plays, a third ask for one of these. */
const POPULAR_FILMS = 20;
/** Different films, as far as their segments go. */
const SHAPES = 32;
/** Sites with the whole catalog, three copies of each film. */
const FULL_EVERY = 100;
const COPIES_A_SITE = 3;
const V6_SHARE = 0.2;
const CLASSES = ['embedded', 'embedded', 'private-peering', 'public-peering'] as const;

export const fileIdOf = (film: number, file: number): string =>
  (film * FILES + file + 1).toString(16).padStart(32, 'f');

/** A film as a region keeps it once it was published: with the segments of two minutes, the rest in an index file. */
export function filmOf(film: number, { filmMs }: Pick<Sizes, 'filmMs'>): CatalogTitle {
  const shape = keptShape(film % SHAPES, filmMs);
  const title = named(shape, film);
  if (!shape.indexFile) return title;
  const { sizeBytes } = shape.indexFile;
  return { ...title, indexFile: { ...shape.indexFile, ...fileNamed(film, RENDITIONS, sizeBytes) } };
}

export function wholeFilmOf(film: number, { filmMs }: Pick<Sizes, 'filmMs'>): CatalogTitle {
  return named(wholeShape(film % SHAPES, filmMs), film);
}

function named(shape: CatalogTitle, film: number): CatalogTitle {
  return {
    ...shape,
    titleId: titleIdOf(film),
    name: `Film ${film}`,
    renditions: shape.renditions.map((one, file) => ({ ...one, ...fileNamed(film, file, one.sizeBytes) })),
  };
}

function fileNamed(film: number, file: number, sizeBytes: number) {
  const fileId = fileIdOf(film, file);
  return { fileId, sha256: fileId.padEnd(64, '0'), etag: etagOf(fileId, sizeBytes) };
}

const keptShapes = new Map<string, CatalogTitle>();

/** Cut once for all films of a shape: ten thousand would take minutes and leave their rubbish in the region's memory. */
function keptShape(shape: number, filmMs: number): CatalogTitle {
  const key = `${shape} ${filmMs}`;
  const known = keptShapes.get(key);
  if (known) return known;
  const whole = wholeShape(shape, filmMs);
  const kept = filmMs > INLINE_INDEX_MS ? cutTitle(whole) : whole;
  keptShapes.set(key, kept);
  return kept;
}

function cutTitle(whole: CatalogTitle): CatalogTitle {
  const { renditions, file } = cutIndexes(whole.renditions);
  const bytes = new TextEncoder().encode(JSON.stringify(file));
  const indexFile = { ...fileNamed(0, RENDITIONS, bytes.length), sizeBytes: bytes.length, checksum: checksumOf(bytes) };
  return { ...whole, renditions: [...renditions], indexFile };
}

function wholeShape(shape: number, filmMs: number): CatalogTitle {
  const rendition = (kbps: number, file: number) => {
    const sizes = sizesOf(shape, kbps, filmMs);
    const sizeBytes = 4000 + sizes.reduce((sum, size) => sum + size, 0);
    return {
      renditionId: file === 0 ? 'a128' : `v${file}`,
      ...fileNamed(shape, file, sizeBytes),
      sizeBytes,
      averageBps: kbps * 1000,
      peakBps: kbps * 1400,
      index: {
        initBase64: 'A'.repeat(900),
        initEnd: 675,
        offset0: 4000,
        sizes,
        durationsMs: sizes.map(() => SEGMENT_MS),
      },
    };
  };
  const sound = { language: 'en', channels: 2, sampleRateHz: 48_000 };
  return {
    titleId: titleIdOf(shape),
    name: `Shape ${shape}`,
    durationMs: filmMs,
    licence: { territories: 'worldwide' },
    renditions: [
      { kind: 'audio', codec: 'mp4a.40.2', audio: sound, ...rendition(AUDIO_KBPS, 0) },
      ...VIDEO_KBPS.map((kbps, at) => ({
        kind: 'video' as const,
        codec: 'avc1.640028',
        video: { widthPx: 320 + at * 200, heightPx: 180 + at * 112, frameRate: 25 },
        ...rendition(kbps, at + 1),
      })),
    ],
  };
}

function sizesOf(shape: number, kbps: number, filmMs: number): number[] {
  const random = seededRandom(shape * 100_000 + kbps);
  const count = Math.max(1, Math.round(filmMs / SEGMENT_MS));
  const bytesASegment = (kbps * 1000 * SEGMENT_MS) / 8000;
  const draw = (): number => Math.round(bytesASegment * (0.6 + (random() % 800) / 1000));
  return Array.from({ length: count }, draw);
}

export const titleIdOf = (film: number): string => `film-${film}`;

export const sitesOf = ({ sites }: Pick<Sizes, 'sites'>): SiteInfo[] =>
  Array.from({ length: sites }, (_, at) => ({
    siteId: `site-${at}`,
    name: `Site ${at}`,
    siteClass: isFull(at, sites) ? 'full-catalog' : (CLASSES[at % 4] ?? 'embedded'),
    asn: 64512 + at,
    latitude: ((at * 37) % 120) - 60,
    longitude: ((at * 91) % 360) - 180,
  }));

/** At least three sites have everything, also in a small fleet. */
const isFull = (at: number, sites: number): boolean => at % Math.min(FULL_EVERY, Math.floor(sites / 3)) === 0;

/** Popular films and the site's own at most sites; at the full ones three OCAs hold each film. */
export function ocasOf({ sites, ocas, films }: Sizes, wallMs: number): StoredOca[] {
  const perSite = Math.floor(ocas / sites);
  const random = seededRandom(3);
  const all = Array.from({ length: films }, (_, film) => film);
  const filesOf = (held: readonly number[]): string[] =>
    held.flatMap((film) => Array.from({ length: FILES }, (_, file) => fileIdOf(film, file)));
  const popular = filesOf(all.slice(0, POPULAR_FILMS));
  const parts = Array.from({ length: perSite }, (_, n) =>
    filesOf(all.filter((film) => (film + n) % perSite < COPIES_A_SITE)),
  );
  return sitesOf({ sites }).flatMap(({ siteId }, at) =>
    Array.from({ length: perSite }, (_, n): StoredOca => {
      const fileIds = isFull(at, sites) ? (parts[n] ?? []) : popular;
      const ocaId = `${siteId}-oca-${n}`;
      return {
        ocaId,
        health: { value: healthOf(ocaId, siteId, n, random), atMs: wallMs },
        inventory: { value: fileIds, atMs: wallMs },
      };
    }),
  );
}

function healthOf(ocaId: string, siteId: string, n: number, random: () => number): HealthReport {
  const isIll = random() % 8 === 0;
  return {
    ocaId,
    siteId,
    baseUrl: `https://${ocaId}.example.net`,
    verdict: isIll ? 'saturated' : 'healthy',
    reason: isIll ? 'traffic' : 'well',
    // Far more than the plays of a bench could fill.
    capacityBps: [10e12, 20e12, 40e12][n % 3] ?? 10e12,
    trafficBps: random() % 8e9,
    connections: 0,
    servedBytes: 0,
    uptimeMs: 1,
  };
}

/** What a site announces: full ones everything, exchanges some wide networks, all of them their part of the prefixes. */
export function routesOf(at: number, { prefixes, sites }: Sizes, generation: number): Route[] {
  const random = seededRandom(1000 + at * 7 + generation);
  const count = Math.floor(prefixes / sites);
  const asPath = () => Array.from({ length: 1 + (random() % 3) }, () => 64500 + (random() % 500));
  const routes = Array.from({ length: count }, (_, n): Route => {
    const global = at * count + n;
    const prefix = n < count * V6_SHARE ? v6Prefix(global) : v4Prefix(global);
    return { prefix, asPath: asPath(), med: 0 };
  });
  if (at % 8 === 3)
    routes.push(...[0, 64, 128].map((base) => ({ prefix: `${(at + base) % 224}.0.0.0/8`, asPath: asPath(), med: 0 })));
  if (isFull(at, sites)) routes.push(...['0.0.0.0/0', '::/0'].map((prefix) => ({ prefix, asPath: [], med: 0 })));
  return routes;
}

/** Odd multiples spread them over the address space, each a network of its own. */
const scattered = (global: number): number => Math.imul(global, 0x9e3779b1) >>> 8;

function v4Prefix(global: number): string {
  const network = 0x010000 + (scattered(global) % 0xdf0000);
  return `${network >>> 16}.${(network >>> 8) & 255}.${network & 255}.0/24`;
}

const v6Prefix = (global: number): string =>
  `2001:${(global >>> 16).toString(16)}:${(global & 0xffff).toString(16)}::/48`;

/** An address that some site announces. */
export function clientAddress(random: () => number, { prefixes }: Sizes): string {
  const [network] = v4Prefix(random() % prefixes).split('/');
  return `${network?.slice(0, -1)}${1 + (random() % 254)}`;
}

/** By popularity: Zipf's law. */
export const drawFilm = (random: () => number, { films }: Sizes): number =>
  Math.min(films - 1, Math.floor(films ** (random() / 2 ** 32)) - 1);

export const NETWORKS: readonly ClientNetworkEntry[] = Array.from({ length: 224 }, (_, octet) => ({
  prefix: `${octet}.0.0.0/8`,
  country: 'US',
  asn: 64500 + octet,
  provider: `Provider ${octet}`,
  latitude: (octet % 120) - 60,
  longitude: octet - 112,
}));
