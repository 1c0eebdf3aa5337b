import fc from 'fast-check';
import type { ApiRoute } from '../operations/api-route.ts';
import { DEVICE, makeTitle } from './test-region.ts';

/** What opens the routes of a region, and what is there to be asked for. */
export interface Keys {
  readonly account: string;
  readonly operator: string;
  readonly oca: string;
  readonly media: string;
  /** Of the manifests' path. */
  readonly ticket: string;
  readonly permit: string;
  readonly playId: string;
}

export interface StrangeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export const FUZZED_OCA = 'fjord-1-a';
const FUZZED_FILE = 'f'.repeat(32);

/** A right body for each schema that a route takes. */
const BODIES: Readonly<Record<string, unknown>> = {
  PlayRequest: {
    titleId: 'film',
    device: {
      ...DEVICE,
      maxHeightPx: 720,
      maxVideoBps: 5e6,
      name: 'TV',
      securityLevel: 'L1',
      dynamicRanges: ['hdr10'],
    },
    idempotencyKey: 'key-of-the-fuzz',
    playerId: 'player-1',
    intent: 'play',
    manifests: true,
    preferences: { audioLanguages: ['en'], subtitleLanguages: ['de'] },
  },
  TokenInBody: { accessToken: 'account-a' },
  CatalogTitle: makeTitle('film'),
  HealthReport: {
    ocaId: FUZZED_OCA,
    siteId: 'fjord-1',
    baseUrl: 'http://fjord-1-a',
    verdict: 'healthy',
    reason: 'all is well',
    capacityBps: 1e9,
    trafficBps: 1,
    connections: 1,
    servedBytes: 1,
    uptimeMs: 1,
  },
  RoutesReport: { ocaId: FUZZED_OCA, routes: [{ prefix: '198.51.100.0/24', asPath: [1], med: 0 }] },
  InventoryReport: { ocaId: FUZZED_OCA, fileIds: [FUZZED_FILE] },
  ReplayRequest: { withoutSites: ['fjord-1'], sinceMs: 0, limit: 10 },
  RoutesImport: { importId: 'one', part: 0, parts: 1, routes: [{ prefix: '198.51.100.0/24', asPath: [], med: 0 }] },
  DrainRequest: { reason: 'new disks' },
  RevocationRequest: { kind: 'account', id: 'fuzzed', issuedBeforeMs: 1_800_000_000_000, reason: 'lost' },
};

const REPORT_LINES =
  'e=ps,sid="s",ts=1800000000000,sta=p,pt=100\ne=t,sid="s",ts=1800000001000,br=(3000),bl=(4000),pt=1000\n';

/** @throws where a route takes something that is not in the list: add it there. */
export function rightBody({ takes, path }: ApiRoute): unknown {
  if (!takes) return undefined;
  if (!('schema' in takes)) return REPORT_LINES;
  if (!(takes.schema in BODIES)) throw new Error(`${path} takes a ${takes.schema}: give one to ${import.meta.url}.`);
  return BODIES[takes.schema];
}

const rightParameter = (name: string, { media, ticket, permit, playId }: Keys): string =>
  ({
    token: media,
    ticket,
    permit,
    playId,
    mouth: 'hls',
    titleId: 'film',
    ocaId: FUZZED_OCA,
    siteId: 'fjord-1',
    fileId: FUZZED_FILE,
  })[name] ?? name;

const rightKey = ({ caller }: ApiRoute, keys: Keys): string =>
  caller === 'account' ? keys.account : caller === 'oca' ? keys.oca : keys.operator;

export const rightPath = ({ path }: ApiRoute, keys: Keys): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => rightParameter(name, keys));

export const rightHeaders = (route: ApiRoute, keys: Keys): Record<string, string> => ({
  Authorization: `Bearer ${rightKey(route, keys)}`,
});

const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('__proto__', 'constructor', '', '\u0000', '../..', 1e308, -1, 1e-300, 0.5, [], {}, null),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const word = fc.stringMatching(/^[A-Za-z0-9%._~-]{1,40}$/).filter((text) => !/^\.\.?$/.test(text));
/** Mostly the first, now and then the other. */
const mostly = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

/** Requests of one route: right but for something in the path, the query, a header or the body. */
export function strangeRequests(route: ApiRoute, keys: Keys): fc.Arbitrary<StrangeRequest> {
  const path = fc
    .tuple(
      ...route.path.split('/').map((part) => {
        const [, named] = /^\{(\w+)\}$/.exec(part) ?? [];
        const name = named === 'token' && route.path.includes('/manifests/') ? 'ticket' : named;
        return name === undefined ? fc.constant(part) : mostly(rightParameter(name, keys), word);
      }),
    )
    .map((parts) => parts.join('/'));
  const query = fc
    .subarray([...(route.query ?? []).map(({ name }) => name), 'x'])
    .chain((names) => fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), fc.string({ maxLength: 60 })))))
    .map((pairs) => (pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''));
  const printable = fc.stringMatching(/^[!-~]{1,60}$/);
  const maybe = (odd: fc.Arbitrary<string>) => mostly<string | undefined>(undefined, odd);
  const headers = fc
    .record({
      Authorization: mostly(`Bearer ${rightKey(route, keys)}`, printable),
      'Content-Type': maybe(fc.constantFrom('application/json', 'text/plain', 'application/cmcd', 'x/y')),
      'Pressplay-Client-Address': maybe(fc.oneof(fc.ipV4(), fc.ipV6(), printable)),
      'X-Request-Id': maybe(printable),
      Origin: maybe(printable),
      Range: maybe(printable),
    })
    .map((given) =>
      Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    );
  return fc.tuple(path, query, headers, bodies(route)).map(([where, asked, given, body]) => ({
    method: route.method.toUpperCase(),
    path: where + asked,
    headers: given,
    ...(body !== undefined && { body }),
  }));
}

function bodies(route: ApiRoute): fc.Arbitrary<Uint8Array<ArrayBuffer> | undefined> {
  const right = rightBody(route);
  const asText = (value: unknown): string =>
    typeof right === 'string' ? String(value) : (JSON.stringify(value) ?? '');
  if (right === undefined) return fc.constant(undefined);
  const bytes = fc.uint8Array({ maxLength: 300 }).map((raw) => new Uint8Array(raw));
  const neighbours = fc
    .record({ path: fc.constantFrom(...pathsOf(right)), how: fc.constantFrom('replace', 'remove', 'add'), by: strange })
    .map(({ path, how, by }) => damaged(right, path, how, by))
    .map(asText);
  const text = fc.oneof(
    fc.constant(asText(right)),
    { weight: 3, arbitrary: neighbours },
    fc.constant('['.repeat(60_000)),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: text.map((said) => new TextEncoder().encode(said)) },
    { weight: 1, arbitrary: bytes },
  );
}

const pathsOf = (value: unknown, path: readonly string[] = []): string[][] =>
  isObject(value)
    ? [[...path], ...Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))]
    : [[...path]];

/** `value` with something else at `path`, or with nothing there, or with one more field beside it. */
function damaged(value: unknown, path: readonly string[], how: string, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return how === 'add' && isObject(value) ? { ...value, [String(by)]: by } : by;
  if (!isObject(value)) return by;
  if (rest.length > 0) return { ...value, [key]: damaged(value[key], rest, how, by) };
  const { [key]: _, ...others } = value;
  return how === 'remove' ? others : { ...value, [how === 'add' ? `${key}x` : key]: by };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
