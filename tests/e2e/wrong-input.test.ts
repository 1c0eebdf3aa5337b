import { request as httpRequest } from 'node:http';
import type { PlayResponse } from '@pressplay/protocol/messages';
import type { FilmPage, LoadResult } from './film-page.ts';
import { expect, FJORD_CLIENT, test, UNLICENSED_CLIENT } from './fixtures.ts';

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly body: string;
}

/** The path goes out as it is: `fetch` would tidy the tricks away. */
function ask(
  method: string,
  url: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(toAnswer(response.statusCode ?? 0, Buffer.concat(chunks).toString('latin1'))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function toAnswer(status: number, body: string): Answer {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: string; message?: string } };
    return { status, code: error?.code, message: error?.message, body };
  } catch {
    return { status, code: undefined, message: undefined, body };
  }
}

async function codeOf(result: Promise<LoadResult>): Promise<string> {
  const answer = await result;
  return answer.ok ? 'it plays' : answer.code;
}

test.describe('in the SDK', () => {
  test('an unknown title is named as such, with its id', async ({ film }) => {
    const result = await film.play('no-such-title');
    expect(result).toMatchObject({ ok: false, code: 'title/unknown', context: { titleId: 'no-such-title' } });
    expect((await film.stats()).state).toBe('failed');
  });

  test('a country without licence is refused, and another title or viewer still plays', async ({
    bareFilm,
    fleet,
    titleId,
  }) => {
    const options = { regions: fleet.regions, accessToken: await fleet.accessToken() };
    await bareFilm.createPlayer({ ...options, clientAddress: UNLICENSED_CLIENT });
    expect(await codeOf(bareFilm.play(titleId))).toBe('licence/territory');
    await bareFilm.createPlayer({ ...options, clientAddress: FJORD_CLIENT });
    expect(await bareFilm.play(titleId)).toMatchObject({ ok: true });
  });

  test('a wrong API token is refused', async ({ bareFilm, fleet, titleId }) => {
    await bareFilm.createPlayer({
      regions: fleet.regions,
      accessToken: 'wrong.token.indeed',
      clientAddress: FJORD_CLIENT,
    });
    expect(await codeOf(bareFilm.play(titleId))).toBe('auth/invalid');
  });

  test('no region left to ask is an error of its own', async ({ bareFilm, titleId }) => {
    const regions = [{ regionId: 'nowhere', baseUrl: 'http://127.0.0.1:9' }];
    await bareFilm.createPlayer({ regions, accessToken: 'any', clientAddress: FJORD_CLIENT });
    expect(await codeOf(bareFilm.play(titleId))).toBe('region/unreachable');
  });

  test('an altered media token ends the play with delivery/token-rejected', async ({ film, titleId }) => {
    await alterPlayAnswers(film, (answer) => ({ ...answer, token: withOtherLastDigit(answer.token) }));
    void film.play(titleId).catch(() => undefined);
    await expect.poll(async () => (await film.eventsOf('error')).length, { timeout: 20_000 }).toBeGreaterThan(0);
    const [event] = await film.eventsOf('error');
    expect(event?.error).toMatchObject({ code: 'delivery/token-rejected' });
  });

  test('an index that points outside its file is refused before a byte is asked for', async ({ film, titleId }) => {
    await alterPlayAnswers(film, withLongerSegments);
    expect(await codeOf(film.play(titleId))).toBe('region/bad-response');
    expect((await film.transfers()).filter(({ startByte }) => startByte !== undefined)).toEqual([]);
  });

  test('no OCA left ends the play with delivery/no-server-left', async ({ film, fleet, titleId }) => {
    await Promise.all(fleet.ocas.map((oca) => fleet.setFaults(oca.ocaId, [{ kind: 'status', status: 503 }])));
    void film.play(titleId).catch(() => undefined);
    await expect.poll(async () => (await film.eventsOf('error')).length, { timeout: 30_000 }).toBeGreaterThan(0);
    const [event] = await film.eventsOf('error');
    expect(event?.error).toMatchObject({ code: 'delivery/no-server-left' });
  });
});

test.describe('in the play API', () => {
  test('every wrong request gets its code, and its message says what was wrong', async ({ fleet, titleId }) => {
    const url = fleet.regions[0]?.baseUrl ?? '';
    const authorization = `Bearer ${await fleet.accessToken()}`;
    const json = { 'Content-Type': 'application/json', Authorization: authorization };
    const play = (overrides: object): string =>
      JSON.stringify({
        titleId,
        device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
        idempotencyKey: crypto.randomUUID(),
        ...overrides,
      });
    const cases: [code: string, status: number, Promise<Answer>][] = [
      ['title/unknown', 404, ask('POST', url, '/v1/plays', json, play({ titleId: 'no-such-title' }))],
      [
        'licence/territory',
        403,
        ask('POST', url, '/v1/plays', { ...json, 'Pressplay-Client-Address': UNLICENSED_CLIENT }, play({})),
      ],
      ['request/malformed-json', 400, ask('POST', url, '/v1/plays', json, '{"titleId":')],
      ['request/invalid', 400, ask('POST', url, '/v1/plays', json, play({ titleId: '../../etc/passwd' }))],
      ['request/invalid', 400, ask('POST', url, '/v1/plays', json, play({ device: {} }))],
      ['auth/missing', 401, ask('POST', url, '/v1/plays', { 'Content-Type': 'application/json' }, play({}))],
      ['auth/invalid', 401, ask('POST', url, '/v1/plays', { ...json, Authorization: 'Bearer nonsense' }, play({}))],
      [
        'title/no-playable-rendition',
        422,
        ask('POST', url, '/v1/plays', json, play({ device: { videoCodecs: ['zz99'], audioCodecs: [] } })),
      ],
      ['request/not-found', 404, ask('GET', url, '/v1/no-such-route', json)],
    ];
    for (const [code, status, answer] of cases) {
      const { status: gotStatus, code: gotCode, message } = await answer;
      expect.soft({ status: gotStatus, code: gotCode }).toEqual({ status, code });
      expect.soft(message?.length ?? 0, code).toBeGreaterThan(10);
    }
  });
});

test.describe('at an OCA', () => {
  test('altered tokens, ranges outside the file and path tricks are refused, each with its code', async ({
    film,
    titleId,
  }) => {
    await film.play(titleId);
    const transfer = (await film.transfers()).find(({ startByte }) => startByte !== undefined);
    const { origin, pathname } = new URL(transfer?.url ?? '');
    const [, token = '', fileId = ''] = pathname.split('/');
    const altered = withOtherLastDigit(token);
    const longer = token.replace(/^[0-9a-f]+/, (expiry) => (Number.parseInt(expiry, 16) + 3600).toString(16));
    const refusals: [path: string, status: number, code: string][] = [
      [`/${altered}/${fileId}`, 403, 'token/bad-signature'],
      [`/${longer}/${fileId}`, 403, 'token/bad-signature'],
      [`/nonsense/${fileId}`, 403, 'token/malformed'],
      [`/${token}/${'0'.repeat(32)}`, 404, 'file/unknown'],
    ];
    for (const [path, status, code] of refusals) {
      const answer = await ask('GET', origin, path, { Range: 'bytes=0-9' });
      expect.soft({ path, status: answer.status, code: answer.code }).toEqual({ path, status, code });
    }

    await test.step('a range outside the file is refused and told the file’s size', async () => {
      const answer = await ask('GET', origin, `/${token}/${fileId}`, { Range: 'bytes=999999999-' });
      expect({ status: answer.status, code: answer.code }).toEqual({ status: 416, code: 'range/unsatisfiable' });
      const proper = await ask('GET', origin, `/${token}/${fileId}`, { Range: 'bytes=0-9' });
      expect(proper).toMatchObject({ status: 206 });
      expect(proper.body).toHaveLength(10);
    });

    await test.step('no path leads out of the files', async () => {
      const tricks = [
        `/${token}/../../../../etc/passwd`,
        `/${token}/..%2f..%2f..%2fetc%2fpasswd`,
        `/${token}/%2e%2e/%2e%2e/etc/passwd`,
        `/${token}/....//....//etc/passwd`,
        `/${token}/${fileId}/../${fileId}`,
        `/${token}/${fileId}%00.mp4`,
        `//${token}/${fileId}`,
        `/${token}\\..\\${fileId}`,
        '/%',
        '/etc/passwd',
      ];
      for (const trick of tricks) {
        const answer = await ask('GET', origin, trick, { Range: 'bytes=0-9' });
        expect.soft({ trick, refused: answer.status >= 400 && answer.status < 500 }).toEqual({ trick, refused: true });
        expect.soft(answer.code, trick).toMatch(/^(path\/invalid|token\/malformed|file\/unknown)$/);
        expect.soft(answer.body).not.toContain('root:');
      }
    });
  });
});

/** The play answer on its way to the page, with something in it altered. */
async function alterPlayAnswers(film: FilmPage, alter: (answer: PlayResponse) => PlayResponse): Promise<void> {
  await film.page.route(/\/v1\/plays(\/[0-9a-f]+\/renew)?$/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const response = await route.fetch();
    return route.fulfill({ response, json: alter((await response.json()) as PlayResponse) });
  });
}

const withOtherLastDigit = (token: string): string => token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');

/** Each index says that the last segment is a megabyte longer than its file. */
function withLongerSegments(answer: PlayResponse): PlayResponse {
  const longer = (sizes: readonly number[]): number[] =>
    sizes.map((size, at) => (at === sizes.length - 1 ? size + 1_000_000 : size));
  const fileSets = answer.fileSets.map((set) => ({
    ...set,
    renditions: set.renditions.map((rendition) => ({
      ...rendition,
      index: { ...rendition.index, sizes: longer(rendition.index.sizes) },
    })),
  }));
  return { ...answer, fileSets };
}
