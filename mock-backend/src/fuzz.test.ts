import { PLAY_API_ERRORS } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './testing/expect-error.ts';
import { config, DEVICE, liveRegion, makeTitle, type TestRegion } from './testing/test-region.ts';

let region: TestRegion;
let mediaToken = '';
let playId = '';

beforeAll(async () => {
  region = await liveRegion();
  const { body } = await region.play({ idempotencyKey: 'key-of-the-fuzz' });
  mediaToken = body.token;
  playId = body.playId;
});

const PLAY = {
  titleId: 'film',
  device: { ...DEVICE, maxHeightPx: 720, maxVideoBps: 5e6, name: 'TV', securityLevel: 'L1', dynamicRanges: ['hdr10'] },
  idempotencyKey: 'key-00000001',
  playerId: 'player-1',
  intent: 'play',
  preferences: { audioLanguages: ['en'], subtitleLanguages: ['de'] },
};

const pathsOf = (value: unknown, path: readonly string[] = []): string[][] =>
  typeof value === 'object' && value !== null
    ? [[...path], ...Object.entries(value).flatMap(([key, entry]) => pathsOf(entry, [...path, key]))]
    : [[...path]];

/** `value` with something else at `path`, or with nothing there, or with one more field beside it. */
function damaged(value: unknown, path: readonly string[], how: 'replace' | 'remove' | 'add', by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return how === 'add' && isObject(value) ? { ...value, [String(by)]: by } : by;
  if (!isObject(value)) return by;
  if (rest.length > 0) return { ...value, [key]: damaged(value[key], rest, how, by) };
  const { [key]: _, ...others } = value;
  return how === 'remove' ? others : { ...value, [how === 'add' ? `${key}x` : key]: by };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('__proto__', 'constructor', '', '\u0000', '../..', 1e308, -1, 1e-300, 0.5, [], {}, null),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

/** A typed answer: never a crash, never a 500, nothing secret. */
async function answered(request: Request): Promise<number> {
  const response = await region.backend.fetch(request, { clientAddress: '198.51.100.7' });
  const text = await response.text();
  expect(response.status, text).not.toBe(500);
  if (response.status >= 400 && text !== '') {
    const { error } = JSON.parse(text);
    expect(error.message.length).toBeLessThan(1000);
    if (response.status < 500 && error.code in PLAY_API_ERRORS)
      expect(response.status).toBe(PLAY_API_ERRORS[error.code as keyof typeof PLAY_API_ERRORS]);
  }
  return response.status;
}

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}): Request =>
  new Request(`http://region${path}`, {
    method: 'POST',
    body,
    headers: { Authorization: 'Bearer account-a', ...headers },
  });

describe('requests that are not quite right', () => {
  it('near the schema of a play are refused by name or answered', async () => {
    const neighbours = fc.record({
      path: fc.constantFrom(...pathsOf(PLAY)),
      how: fc.constantFrom('replace', 'remove', 'add'),
      by: strange,
      n: fc.nat(),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(neighbours, async ({ path, how, by, n }) => {
        const body = damaged({ ...PLAY, idempotencyKey: `key-${n}-0000000` }, path, how, by);
        const status = await answered(post('/v1/plays', JSON.stringify(body) ?? ''));
        if (status === 400) refused += 1;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('of raw bytes are refused on every route that reads a body', async () => {
    const paths = ['/v1/plays', `/v1/plays/${playId}/end`, `/v1/plays/${playId}/renew`, `/v1/telemetry/${mediaToken}`];
    const headers = fc.constantFrom<Record<string, string>>({}, { 'Content-Type': 'text/plain', Authorization: '' });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...paths),
        headers,
        async (bytes, path, given) => {
          await answered(post(path, new Uint8Array(bytes), given));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('near the reports of OCAs and the titles of operators are refused or taken', async () => {
    const title = makeTitle('film');
    const ocaId = 'fjord-1-a';
    const reports = [
      ['/v1/titles/film', title, config.operatorToken],
      [`/v1/ocas/${ocaId}/inventory`, { ocaId, fileIds: ['f'.repeat(32)] }, config.ocaTokenFor(ocaId)],
      [
        `/v1/ocas/${ocaId}/routes`,
        { ocaId, routes: [{ prefix: '10.0.0.0/8', asPath: [1], med: 0 }] },
        config.ocaTokenFor(ocaId),
      ],
    ] as const;
    for (const [path, report, token] of reports) {
      const paths = pathsOf(report).filter((one) => one.length > 0);
      const neighbours = fc.tuple(fc.constantFrom(...paths), fc.constantFrom('replace', 'remove', 'add'), strange);
      await fc.assert(
        fc.asyncProperty(neighbours, async ([at, how, by]) => {
          const body = JSON.stringify(damaged(report, at, how, by));
          const headers = { Authorization: `Bearer ${token}` };
          await answered(new Request(`http://region${path}`, { method: 'PUT', body, headers }));
        }),
        { numRuns: 100 },
      );
    }
  });

  it('to any path with any header are answered', async () => {
    const word = fc.stringMatching(/^[A-Za-z0-9%._~-]{0,40}$/);
    const paths = fc.array(
      fc.oneof(fc.constantFrom('v1', 'plays', 'titles', 'origin', 'telemetry', mediaToken), word),
      {
        maxLength: 5,
      },
    );
    const header = fc.constantFrom('Authorization', 'Content-Type', 'Pressplay-Client-Address', 'Origin', 'Range');
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD');
    await fc.assert(
      fc.asyncProperty(
        paths,
        methods,
        header,
        fc.stringMatching(/^[ -~]{0,60}$/),
        async (parts, method, name, value) => {
          const url = new URL(`http://region/${parts.join('/')}`);
          await answered(new Request(url, { method, headers: { [name]: value } }));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('nested as deep as a body may be are refused', async () => {
    for (const text of ['['.repeat(65_000), `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`])
      expect(await answered(post('/v1/plays', text))).toBe(400);
  });

  it('name what was expected, and where', async () => {
    const { body } = await region.play({ device: { videoCodecs: ['avc1'], audioCodecs: 'mp4a' }, color: 'red' });
    expect(body.error.context.issues).toEqual([
      'device.audioCodecs: Invalid input: expected array, received string',
      '(all): Unrecognized key: "color"',
    ]);
    const long = await region.play({ ['x'.repeat(5000)]: 1 });
    expect(JSON.stringify(long.body).length).toBeLessThan(1000);
  });
});

describe('bodies without an end', () => {
  it('are left once they are too long, though nobody said how long they are', async () => {
    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half', headers: { Authorization: 'Bearer account-a' } };
    const response = await region.backend.fetch(new Request('http://region/v1/plays', init as RequestInit), {
      clientAddress: '198.51.100.7',
    });
    expect(response.status).toBe(413);
    expect(sentBytes).toBeLessThan(512 * 1024);
  });
});

describe('bodies that break off', () => {
  it.each([{}, { 'Content-Length': '5000' }])("are nobody's fault here: %o", async (headers) => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"titleId":')),
      pull: (controller) => controller.error(new Error('aborted')),
    });
    const init = {
      method: 'POST',
      body: broken,
      duplex: 'half',
      headers: { ...headers, Authorization: 'Bearer account-a' },
    };
    expect(await answered(new Request('http://region/v1/plays', init as RequestInit))).toBe(400);
  });
});

describe('secrets', () => {
  it('are in no log and no error, whatever was asked', async () => {
    const secrets = { account: 'account-a-very-secret', media: mediaToken };
    const quiet = await liveRegion({ config: { ...config, viewerToken: 'viewer-very-secret' } });
    const answers = [
      await quiet.play({}, { token: secrets.account }),
      await quiet.play({ accessToken: secrets.account }, { token: secrets.account }),
      await quiet.play(
        {},
        { token: undefined, text: `{"accessToken":"${secrets.account}"`, headers: { 'Content-Type': 'text/plain' } },
      ),
      await quiet.call('GET', '/v1/fleet', { token: secrets.account }),
      await quiet.call('PUT', '/v1/titles/film', { token: 'viewer-very-secret', body: {} }),
      await quiet.call('POST', `/v1/plays/${playId}/end`, { token: secrets.media }),
      await quiet.call('GET', `/v1/origin/${secrets.media}/nothing`),
      await quiet.call('GET', `/v1/telemetry/${secrets.media}`),
      await quiet.call('GET', `/v1/nowhere/${secrets.media}`),
    ];
    const errors = answers.filter(({ status }) => status >= 400);
    expect(errors.length).toBeGreaterThanOrEqual(6);
    expectError(errors[0] ?? expect.fail('no error'), 'request/malformed-json');
    const said = JSON.stringify([quiet.logged, errors.map(({ body }) => body)]);
    for (const secret of [
      secrets.account,
      secrets.media.slice(-32),
      'viewer-very-secret',
      config.operatorToken,
      config.urlKey,
    ])
      expect(said).not.toContain(secret);
  });
});
