import { createHash, createHmac, randomBytes } from 'node:crypto';
import type {
  CatalogTitle,
  ClientNetworkEntry,
  HealthReport,
  Route,
  SiteClass,
  SiteInfo,
} from '@pressplay/protocol/messages';
import { etagOf, type HmacSha256Hex } from '@pressplay/protocol/wire';
import { type Backend, type BackendDeps, createBackend } from '../backend.ts';
import type { BackendConfig } from '../backend-config.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { requireDocumented } from './documented-answers.ts';

export const hmac: HmacSha256Hex = (key, text) => createHmac('sha256', key).update(text).digest('hex');

const site = (siteId: string, siteClass: SiteClass, asn: number, latitude: number, longitude: number): SiteInfo => ({
  siteId,
  name: siteId,
  siteClass,
  asn,
  latitude,
  longitude,
});

export const SITES: readonly SiteInfo[] = [
  site('fjord-1', 'embedded', 64501, 59.9, 10.7),
  site('ix-1', 'public-peering', 64500, 50.1, 8.7),
  site('core-1', 'full-catalog', 64500, 39, -77.5),
];

const network = (prefix: string, country: string, asn: number): ClientNetworkEntry => ({
  prefix,
  country,
  asn,
  provider: `AS${asn}`,
  latitude: 59,
  longitude: 10,
});

export const NETWORKS: readonly ClientNetworkEntry[] = [
  network('198.51.100.0/24', 'US', 64501),
  network('198.51.100.128/25', 'GB', 64501),
  network('2001:db8:a::/48', 'US', 64501),
  network('192.0.2.0/24', 'NZ', 64509),
];

export const ROUTES: Readonly<Record<string, readonly Route[]>> = {
  'fjord-1': [
    { prefix: '198.51.100.0/24', asPath: [], med: 0 },
    { prefix: '2001:db8:a::/48', asPath: [], med: 0 },
  ],
  'ix-1': [
    { prefix: '198.51.96.0/19', asPath: [64501], med: 0 },
    { prefix: '2001:db8::/32', asPath: [64501], med: 0 },
  ],
  'core-1': [
    { prefix: '0.0.0.0/0', asPath: [], med: 0 },
    { prefix: '::/0', asPath: [], med: 0 },
  ],
};

export const config: BackendConfig = {
  regionId: 'us-east-1',
  urlKey: 'url-key',
  operatorToken: 'operator-token',
  ocaTokenFor: (ocaId) => hmac('secret', `oca:${ocaId}`),
  sites: SITES,
  networks: NETWORKS,
  originBaseUrls: [
    { regionId: 'us-east-1', baseUrl: 'http://east' },
    { regionId: 'eu-west-1', baseUrl: 'http://europe' },
  ],
  trustClientAddress: true,
  corsOrigins: '*',
  // Tests ask as fast as they can.
  rateLimits: {},
  copiesNeeded: 2,
  sitesNeeded: 2,
};

/** A title of one sound and three pictures, made of nothing but sound numbers. */
export function makeTitle(titleId: string, changes: Partial<CatalogTitle> = {}): CatalogTitle {
  const rendition = (renditionId: string, codec: string, averageBps: number) => {
    const sha256 = createHash('sha256').update(`${titleId}/${renditionId}`).digest('hex');
    const fileId = sha256.slice(0, 32);
    const sizeBytes = 1000 + averageBps / 4;
    return {
      renditionId,
      sha256,
      fileId,
      sizeBytes,
      etag: etagOf(fileId, sizeBytes),
      codec,
      averageBps,
      peakBps: averageBps * 1.5,
      index: {
        initBase64: 'AAAA',
        initEnd: 700,
        offset0: 1000,
        sizes: [averageBps / 8, averageBps / 8],
        durationsMs: [1000, 1000],
      },
    };
  };
  const video = (heightPx: number, averageBps: number) => ({
    kind: 'video' as const,
    ...rendition(`v${heightPx}`, 'avc1.64001f', averageBps),
    video: { widthPx: heightPx * 2, heightPx, frameRate: 25 },
  });
  return {
    titleId,
    name: `Title ${titleId}`,
    durationMs: 2000,
    licence: { territories: ['US', 'GB'] },
    renditions: [
      {
        kind: 'audio',
        ...rendition('a96', 'mp4a.40.2', 96_000),
        audio: { language: 'und', channels: 2, sampleRateHz: 48_000 },
      },
      video(240, 400_000),
      video(480, 1_200_000),
      video(720, 3_000_000),
    ],
    ...changes,
  };
}

export interface TestClock {
  nowMs(): number;
  wallMs(): number;
  advance(ms: number): void;
}

export function testClock(): TestClock {
  let nowMs = 1000;
  return {
    nowMs: () => nowMs,
    wallMs: () => 1_800_000_000_000 + nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly text?: string;
  readonly from?: string;
  readonly headers?: Record<string, string>;
}

export interface TestRegion {
  readonly backend: Backend;
  readonly clock: TestClock;
  readonly store: Store;
  readonly logged: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  report(
    ocaId: string,
    siteId: string,
    parts: { verdict?: HealthReport['verdict']; fileIds?: readonly string[]; routes?: readonly Route[] },
  ): Promise<void>;
  publish(title: CatalogTitle): Promise<void>;
  play(changes?: Record<string, unknown>, options?: CallOptions): Promise<Answer>;
}

export const DEVICE = { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] };

/** One region in memory. `account-a` and `account-b` are API tokens of the accounts a and b. */
export function testRegion(options: Partial<BackendDeps> & { clock?: TestClock } = {}): TestRegion {
  const clock = options.clock ?? testClock();
  const store = options.store ?? new MemoryStore(clock);
  const logged: TestRegion['logged'] = [];
  const backend = createBackend({
    config,
    hmac,
    accessTokens: {
      verify: async (token) => (token.startsWith('account-') ? { accountId: token.slice(8) } : undefined),
    },
    randomId: () => randomBytes(16).toString('hex'),
    log: (level, message, fields) => logged.push({ level, message, fields }),
    ...options,
    clock,
    store,
  });
  const region: TestRegion = {
    backend,
    clock,
    store,
    logged,
    async call(method, path, { token, body, text, from = '198.51.100.7', headers = {} } = {}) {
      const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
      const request = new Request(`http://region${path}`, {
        method,
        headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
        ...(content !== undefined && { body: content }),
      });
      const response = await backend.fetch(request, { clientAddress: from });
      const answer = await response.text();
      const isJson = response.headers.get('Content-Type')?.includes('json');
      const { status, headers: answered } = response;
      const seen = { status, headers: answered, body: isJson ? JSON.parse(answer) : answer };
      requireDocumented({ method, path, ...seen });
      return seen;
    },
    async report(ocaId, siteId, { verdict = 'healthy', fileIds, routes }) {
      const token = config.ocaTokenFor(ocaId);
      const health: HealthReport = {
        ocaId,
        siteId,
        baseUrl: `http://${ocaId}`,
        verdict,
        reason: 'as the test says',
        capacityBps: 1e9,
        trafficBps: 0,
        connections: 0,
        servedBytes: 0,
        uptimeMs: 1,
      };
      await expectTaken(region.call('PUT', `/v1/ocas/${ocaId}/health`, { token, body: health }));
      if (fileIds)
        await expect204(region.call('PUT', `/v1/ocas/${ocaId}/inventory`, { token, body: { ocaId, fileIds } }));
      if (routes) await expect204(region.call('PUT', `/v1/ocas/${ocaId}/routes`, { token, body: { ocaId, routes } }));
    },
    async publish(title) {
      await expect204(region.call('PUT', `/v1/titles/${title.titleId}`, { token: 'operator-token', body: title }));
    },
    play: (changes = {}, options = {}) =>
      region.call('POST', '/v1/plays', {
        token: 'account-a',
        body: { titleId: 'film', device: DEVICE, idempotencyKey: 'key-00000001', ...changes },
        ...options,
      }),
  };
  return region;
}

/** 200 where the region wants to hear more. */
async function expectTaken(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 200 && status !== 204) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

async function expect204(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 204) throw new Error(`${status}: ${JSON.stringify(body)}`);
}

export const OCAS: readonly (readonly [ocaId: string, siteId: string])[] = [
  ['fjord-1-a', 'fjord-1'],
  ['fjord-1-b', 'fjord-1'],
  ['ix-1-a', 'ix-1'],
  ['core-1-a', 'core-1'],
];

/** Four OCAs at three sites report all files of the title. */
export async function fillFleet(region: TestRegion, title: CatalogTitle): Promise<void> {
  const fileIds = title.renditions.map((rendition) => rendition.fileId);
  for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, { fileIds, routes: ROUTES[siteId] ?? [] });
}

/** A region in which the title `film` is live. */
export async function liveRegion(options: Parameters<typeof testRegion>[0] = {}): Promise<TestRegion> {
  const region = testRegion(options);
  const film = makeTitle('film');
  await region.publish(film);
  await fillFleet(region, film);
  return region;
}
