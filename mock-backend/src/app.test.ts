import { schemas } from '@pressplay/protocol';
import { PLAY_API_ERRORS, type PlayApiErrorCode, signMediaToken, verifyMediaToken } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import type { Store } from './store/store.ts';
import {
  type Answer,
  config,
  DEVICE,
  fillFleet,
  hmac,
  liveRegion,
  makeTitle,
  OCAS,
  ROUTES,
  testClock,
  testRegion,
} from './testing/test-region.ts';

function expectError(answer: Answer, code: PlayApiErrorCode): Record<string, unknown> {
  expect(answer.body?.error?.code, JSON.stringify(answer.body)).toBe(code);
  expect(answer.status).toBe(PLAY_API_ERRORS[code]);
  const { error } = schemas.ErrorBody.parse(answer.body);
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.requestId).toBe(answer.headers.get('Pressplay-Request-Id'));
  return error.context;
}

describe('a play', () => {
  it('names the nearest servers first, each file set with its servers, and one token that opens the title', async () => {
    const region = await liveRegion();
    const { status, body, headers } = await region.play();
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe('application/json');
    const play = schemas.PlayResponse.parse(body);
    expect(play.servers.map(({ siteId }) => siteId)).toEqual(['fjord-1', 'fjord-1', 'ix-1', 'core-1']);
    expect(play.servers.map(({ rank }) => rank)).toEqual([0, 1, 2, 3]);
    expect(play.fileSets).toHaveLength(1);
    expect(play.fileSets[0]?.servers).toEqual([0, 1, 2, 3]);
    expect(play.fileSets[0]?.renditions.map(({ renditionId }) => renditionId)).toEqual(['a96', 'v240', 'v480', 'v720']);
    expect(JSON.stringify(body)).not.toContain('sha256');
    expect(play.client).toEqual({ address: '198.51.100.7', country: 'US', asn: 64501, provider: 'AS64501' });
    const nowS = region.clock.wallMs() / 1000;
    const verdict = verifyMediaToken(play.token, config.urlKey, hmac, nowS);
    expect(verdict).toMatchObject({ ok: true, claims: { scope: 'film', playId: play.playId } });
    expect(play.expiresInMs).toBeGreaterThan(5.9 * 3600 * 1000);
  });

  it('groups renditions by who holds them', async () => {
    const region = testRegion();
    const film = makeTitle('film');
    const fileIds = film.renditions.map((rendition) => rendition.fileId);
    await region.publish(film);
    await fillFleet(region, film);
    await region.report('fjord-1-a', 'fjord-1', { fileIds: fileIds.slice(0, 2) });
    const play = schemas.PlayResponse.parse((await region.play()).body);
    const at = play.servers.findIndex(({ ocaId }) => ocaId === 'fjord-1-a');
    const byRendition = new Map(
      play.fileSets.flatMap((set) => set.renditions.map((r) => [r.renditionId, set.servers])),
    );
    expect(byRendition.get('v240')).toContain(at);
    expect(byRendition.get('v720')).not.toContain(at);
    expect(byRendition.get('v720')).toHaveLength(3);
    expect(play.fileSets).toHaveLength(2);
  });

  it('leaves out what the device cannot decode or show', async () => {
    const region = await liveRegion();
    const { body } = await region.play({ device: { ...DEVICE, maxHeightPx: 480 } });
    const ids = schemas.PlayResponse.parse(body).fileSets.flatMap((set) => set.renditions.map((r) => r.renditionId));
    expect(ids).toEqual(['a96', 'v240', 'v480']);
    const refused = await region.play({ device: { ...DEVICE, videoCodecs: ['av01'] }, idempotencyKey: 'key-00000002' });
    expect(expectError(refused, 'title/no-playable-rendition')).toMatchObject({
      kind: 'video',
      deviceCodecs: ['av01'],
    });
  });

  it('follows a client to its IPv6 prefix', async () => {
    const region = await liveRegion();
    const { body } = await region.play({}, { from: '2001:db8:a::7' });
    expect(body.servers[0].siteId).toBe('fjord-1');
    const elsewhere = await region.play({ idempotencyKey: 'key-00000002' }, { from: '2001:db8:b::7' });
    expectError(elsewhere, 'licence/territory');
  });

  it('believes the address in the header only when told to', async () => {
    const from = '192.0.2.1';
    const headers = { 'Pressplay-Client-Address': '198.51.100.9' };
    const trusting = await liveRegion();
    expect((await trusting.play({}, { from, headers })).body.client.address).toBe('198.51.100.9');
    const strict = await liveRegion({ config: { ...config, trustClientAddress: false } });
    expectError(await strict.play({}, { from, headers }), 'licence/territory');
  });

  it('uses the most specific client network', async () => {
    const region = await liveRegion();
    expect((await region.play({}, { from: '::ffff:198.51.100.200' })).body.client.country).toBe('GB');
  });
});

describe('a repeated play request', () => {
  it('is the same play in every region that shares the store', async () => {
    const clock = testClock();
    const east = await liveRegion({ clock });
    const europe = await liveRegion({ clock, store: east.store, config: { ...config, regionId: 'eu-west-1' } });
    const first = await east.play();
    const second = await europe.play();
    expect(second.body.playId).toBe(first.body.playId);
    expect(second.body.region).toBe('eu-west-1');
    expect(second.body.servers).toEqual(first.body.servers);
    const conflict = await europe.play({ titleId: 'other' });
    expectError(conflict, 'title/unknown');
    const other = makeTitle('other');
    await east.publish(other);
    const all = [...makeTitle('film').renditions, ...other.renditions].map(({ fileId }) => fileId);
    for (const [ocaId, siteId] of OCAS) await europe.report(ocaId, siteId, { fileIds: all });
    clock.advance(300);
    for (const [ocaId, siteId] of OCAS) await europe.report(ocaId, siteId, {});
    expectError(await europe.play({ titleId: 'other' }), 'play/idempotency-conflict');
    expect((await europe.play({ titleId: 'other' }, { token: 'account-b' })).status).toBe(200);
  });

  it('refuses the same key for another device', async () => {
    const region = await liveRegion();
    await region.play();
    const again = await region.play({ device: { ...DEVICE, maxHeightPx: 240 } });
    expectError(again, 'play/idempotency-conflict');
  });

  it('starts anew a day later', async () => {
    const region = await liveRegion();
    await region.play();
    region.clock.advance(25 * 3600 * 1000);
    for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, {});
    expect((await region.play({ device: { ...DEVICE, maxHeightPx: 240 } })).status).toBe(200);
  });
});

describe('a renewal', () => {
  it('ranks anew for a running play, also in another region', async () => {
    const clock = testClock();
    const east = await liveRegion({ clock });
    const { body } = await east.play();
    const europe = await liveRegion({ clock, store: east.store });
    await europe.report('fjord-1-a', 'fjord-1', { verdict: 'draining' });
    const answer = await europe.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'account-a' });
    const renewal = schemas.PlayRenewal.parse(answer.body);
    expect(renewal.servers.map(({ ocaId }) => ocaId)).toEqual(['fjord-1-b', 'ix-1-a', 'core-1-a']);
    expect(Object.keys(renewal.fileServers)).toHaveLength(4);
    expect(Object.values(renewal.fileServers)[0]).toEqual([0, 1, 2]);
  });

  it('is not for others, nor for plays that never were', async () => {
    const region = await liveRegion();
    const { body } = await region.play();
    const path = `/v1/plays/${body.playId}/renew`;
    expectError(await region.call('POST', path, { token: 'account-b' }), 'play/unknown');
    expectError(await region.call('POST', `/v1/plays/${'0'.repeat(32)}/renew`, { token: 'account-a' }), 'play/unknown');
    expectError(await region.call('POST', '/v1/plays/short/renew', { token: 'account-a' }), 'request/invalid');
    region.clock.advance(25 * 3600 * 1000);
    expectError(await region.call('POST', path, { token: 'account-a' }), 'play/unknown');
  });
});

describe('a wrong play request', () => {
  it('says what is wrong', async () => {
    const region = await liveRegion();
    expectError(await region.play({ titleId: 'nothing-here' }), 'title/unknown');
    expectError(await region.play({}, { text: '{"titleId":' }), 'request/malformed-json');
    expectError(await region.play({}, { text: '' }), 'request/malformed-json');
    const invalid = await region.play({ device: { videoCodecs: [] }, idempotencyKey: 'short' });
    expect(expectError(invalid, 'request/invalid').issues).toHaveLength(3);
    expectError(await region.play({ titleId: '../etc/passwd' }), 'request/invalid');
    expectError(await region.play({}, { text: `"${'x'.repeat(70_000)}"` }), 'request/too-large');
    expectError(await region.play({}, { headers: { 'Pressplay-Client-Address': '300.1.2.3' } }), 'request/invalid');
  });

  it('wants an API token that is ours', async () => {
    const region = await liveRegion();
    expectError(await region.play({}, { token: undefined }), 'auth/missing');
    expectError(await region.play({}, { token: undefined, headers: { Authorization: 'Basic YTpi' } }), 'auth/missing');
    expectError(await region.play({}, { token: 'altered' }), 'auth/invalid');
  });

  it('comes from a country or at a time without licence', async () => {
    const region = testRegion();
    const nowMs = region.clock.wallMs();
    await region.publish(makeTitle('film', { licence: { territories: 'worldwide', startsAtMs: nowMs + 10 } }));
    await fillFleet(region, makeTitle('film'));
    expectError(await region.play(), 'licence/window');
    await region.publish(makeTitle('film'));
    expect(expectError(await region.play({}, { from: '192.0.2.9' }), 'licence/territory').country).toBe('NZ');
    expectError(await region.play({}, { from: '8.8.8.8' }), 'licence/territory');
  });

  it('comes before enough sites hold the title', async () => {
    const region = testRegion();
    const film = makeTitle('film');
    const fileIds = film.renditions.map((rendition) => rendition.fileId);
    await region.publish(film);
    await region.report('fjord-1-a', 'fjord-1', { fileIds, routes: ROUTES['fjord-1'] ?? [] });
    await region.report('fjord-1-b', 'fjord-1', { fileIds });
    const context = expectError(await region.play(), 'title/not-live');
    expect(context).toMatchObject({ copies: 2, copiesNeeded: 2, sites: 1, sitesNeeded: 2 });
    await region.report('core-1-a', 'core-1', { fileIds: fileIds.slice(1) });
    expectError(await region.play(), 'title/not-live');
    await region.report('core-1-a', 'core-1', { fileIds });
    expect((await region.play()).status).toBe(200);
  });

  it('finds no server once all are silent, failing or draining', async () => {
    const region = await liveRegion();
    region.clock.advance(5001);
    expect(expectError(await region.play(), 'steering/no-server')).toMatchObject({ droppedForHealth: 4 });
    await region.report('fjord-1-a', 'fjord-1', { verdict: 'failing' });
    await region.report('core-1-a', 'core-1', { verdict: 'draining' });
    const none = await region.play();
    expectError(none, 'steering/no-server');
    expect(none.headers.get('Retry-After')).toBe('1');
    await region.report('ix-1-a', 'ix-1', { verdict: 'saturated' });
    expect((await region.play()).body.servers.map((server: { ocaId: string }) => server.ocaId)).toEqual(['ix-1-a']);
  });
});

describe('the routes', () => {
  it('answer preflights with a long life, and errors with CORS headers too', async () => {
    const region = await liveRegion();
    const headers = {
      Origin: 'https://app.example',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,content-type',
    };
    const preflight = await region.call('OPTIONS', '/v1/plays', { headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(preflight.headers.get('Access-Control-Max-Age')).toBe('86400');
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('Pressplay-Client-Address');
    const refused = await region.play({}, { token: 'altered', headers: { Origin: 'https://app.example' } });
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('allow only the origins that the operator named', async () => {
    const region = testRegion({ config: { ...config, corsOrigins: ['https://app.example'] } });
    const from = async (Origin: string) =>
      (await region.call('GET', '/v1/health', { headers: { Origin } })).headers.get('Access-Control-Allow-Origin');
    expect(await from('https://app.example')).toBe('https://app.example');
    expect(await from('https://evil.example')).toBeNull();
  });

  it('tell an unknown path from a wrong method', async () => {
    const region = testRegion();
    expectError(await region.call('GET', '/v2/plays'), 'request/not-found');
    const wrong = await region.call('DELETE', '/v1/plays');
    expectError(wrong, 'request/method-not-allowed');
    expect(wrong.headers.get('Allow')).toBe('POST');
    expectError(await region.call('GET', '/v1/plays/abc/renew'), 'request/method-not-allowed');
  });

  it('say whether the region is ready', async () => {
    const { status, body } = await testRegion().call('GET', '/v1/health');
    expect({ status, body }).toEqual({ status: 200, body: { regionId: 'us-east-1', ready: true } });
  });
});

describe('publishing', () => {
  it('is for operators, and shows in every region', async () => {
    const clock = testClock();
    const east = testRegion({ clock });
    const film = makeTitle('film');
    const put = (token?: string, body: unknown = film) => east.call('PUT', '/v1/titles/film', { token, body });
    expectError(await put(), 'auth/missing');
    expectError(await put('account-a'), 'auth/forbidden');
    expect((await put('operator-token')).status).toBe(204);
    const europe = testRegion({ clock, store: east.store });
    const { body } = await europe.call('GET', '/v1/titles', { token: 'account-a' });
    expect(schemas.TitleList.parse(body).titles).toEqual([
      { titleId: 'film', name: 'Title film', durationMs: 2000, live: false, copies: 0, copiesNeeded: 2 },
    ]);
    await east.publish({ ...film, name: 'Renamed' });
    clock.advance(1001);
    expect((await europe.call('GET', '/v1/titles', { token: 'account-a' })).body.titles[0].name).toBe('Renamed');
    expectError(await europe.call('GET', '/v1/titles'), 'auth/missing');
  });

  it('refuses a title that contradicts itself', async () => {
    const region = testRegion();
    const film = makeTitle('film');
    const [first, ...others] = film.renditions;
    const put = (body: unknown, path = '/v1/titles/film') =>
      region.call('PUT', path, { token: 'operator-token', body });
    const changed = (change: object) => ({ ...film, renditions: [{ ...first, ...change }, ...others] });
    expectError(await put(film, '/v1/titles/another'), 'request/invalid');
    expectError(await put(changed({ sizeBytes: 1001 })), 'request/invalid');
    expectError(await put(changed({ fileId: 'f'.repeat(32) })), 'request/invalid');
    expectError(await put(changed({ renditionId: 'v240' })), 'request/invalid');
    expectError(await put({ ...film, licence: { territories: [], startsAtMs: 5, endsAtMs: 5 } }), 'request/invalid');
  });
});

describe('an OCA', () => {
  it('reports only for itself', async () => {
    const region = await liveRegion();
    const token = config.ocaTokenFor('fjord-1-a');
    const body = { ocaId: 'fjord-1-b', fileIds: [] };
    expectError(await region.call('PUT', '/v1/ocas/fjord-1-b/inventory', { token, body }), 'auth/forbidden');
    expectError(await region.call('PUT', '/v1/ocas/fjord-1-a/inventory', { token, body }), 'request/invalid');
    expectError(await region.call('PUT', '/v1/ocas/fjord-1-a/inventory', { body }), 'auth/missing');
    expectError(await region.call('GET', '/v1/ocas/fjord-1-b/fill-manifest', { token }), 'auth/forbidden');
    expectError(await region.call('GET', '/v1/ocas/FJORD/fill-manifest', { token }), 'request/invalid');
  });

  it('hears which of its prefixes is none, and that its site is unknown', async () => {
    const region = testRegion();
    const token = config.ocaTokenFor('fjord-1-a');
    const routes = [{ prefix: '198.51.100.0/33', asPath: [] }];
    const body = { ocaId: 'fjord-1-a', routes };
    const context = expectError(
      await region.call('PUT', '/v1/ocas/fjord-1-a/routes', { token, body }),
      'request/invalid',
    );
    expect(String(context.issues)).toContain('198.51.100.0/33');
    await expect(region.report('fjord-1-a', 'atlantis', {})).rejects.toThrow('no site of this fleet');
  });

  it('asks for its manifest only after it reported health', async () => {
    const region = testRegion();
    const token = config.ocaTokenFor('core-1-a');
    expectError(await region.call('GET', '/v1/ocas/core-1-a/fill-manifest', { token }), 'fleet/unknown-oca');
  });

  it('gets a manifest whose origin URLs the region answers', async () => {
    const read: string[] = [];
    const region = testRegion({
      origin: async (_request, { fileId }) => {
        read.push(fileId);
        return new Response('bytes');
      },
    });
    const film = makeTitle('film');
    await region.publish(film);
    await region.report('core-1-a', 'core-1', { fileIds: [] });
    const token = config.ocaTokenFor('core-1-a');
    const manifest = schemas.FillManifest.parse(
      (await region.call('GET', '/v1/ocas/core-1-a/fill-manifest', { token })).body,
    );
    expect(manifest.files).toHaveLength(4);
    const [file] = manifest.files;
    expect(file?.sources.map(({ kind, from }) => [kind, from])).toEqual([
      ['origin', 'us-east-1'],
      ['origin', 'eu-west-1'],
    ]);
    const path = new URL(file?.sources[0]?.url ?? '').pathname;
    expect((await region.call('GET', path)).body).toBe('bytes');
    expect(read).toEqual([file?.fileId]);
    const altered = path.replace(/.(?=\/[0-9a-f]+$)/, 'x');
    expect((await region.call('GET', altered)).body.error.code).toMatch(/^token\//);
    expect((await region.call('GET', path.replace(/[0-9a-f]{32}$/, '0'.repeat(32)))).body.error.code).toBe(
      'file/unknown',
    );
    region.clock.advance(3_601_000);
    expect((await region.call('GET', path)).body.error.code).toBe('token/expired');
    const other = signMediaToken({ expiresAtS: 1e10, playId: 'x', scope: 'other' }, config.urlKey, hmac);
    expect((await region.call('GET', `/v1/origin/${other}/${file?.fileId}`)).status).toBe(404);
    expect(read).toHaveLength(1);
  });

  it('shows to operators, with its age and whether it is named', async () => {
    const region = await liveRegion();
    await region.report('fjord-1-a', 'fjord-1', { verdict: 'draining' });
    region.clock.advance(100);
    const answer = await region.call('GET', '/v1/fleet', { token: 'operator-token' });
    const status = schemas.FleetStatus.parse(answer.body);
    expect(status.ocas.map(({ ocaId, usable }) => [ocaId, usable])).toEqual([
      ['core-1-a', true],
      ['fjord-1-a', false],
      ['fjord-1-b', true],
      ['ix-1-a', true],
    ]);
    expect(status.ocas[0]).toMatchObject({ reportAgeMs: 100, fileCount: 4, prefixCount: 2 });
    expect(status.titles[0]).toMatchObject({ live: true, copies: 4 });
    expectError(await region.call('GET', '/v1/fleet', { token: 'account-a' }), 'auth/forbidden');
  });
});

describe('while the store fails', () => {
  const failing = (store: Store, isDown: () => boolean): Store =>
    new Proxy(store, {
      get:
        (target, name: keyof Store) =>
        async (...given: never[]) => {
          if (isDown()) throw new Error('connection refused');
          return (target[name] as (...all: never[]) => unknown).apply(target, given);
        },
    });

  it('plays start and are renewed, reports are taken, and the store gets what it missed', async () => {
    let isDown = false;
    const region = await liveRegion();
    const shaky = await liveRegion({ clock: region.clock, store: failing(region.store, () => isDown) });
    isDown = true;
    const { status, body } = await shaky.play();
    expect(status).toBe(200);
    await shaky.report('fjord-1-a', 'fjord-1', {});
    expect((await shaky.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'account-a' })).status).toBe(200);
    expect((await shaky.call('GET', '/v1/titles', { token: 'account-a' })).status).toBe(200);
    expectError(
      await shaky.call('POST', `/v1/plays/${'1'.repeat(32)}/renew`, { token: 'account-a' }),
      'store/unavailable',
    );
    const put = await shaky.call('PUT', '/v1/titles/new', { token: 'operator-token', body: makeTitle('new') });
    expectError(put, 'store/unavailable');
    expect((await region.play()).body.playId).toBe(body.playId);
    isDown = false;
    await shaky.backend.stop();
    expect(await region.store.findPlay(body.playId)).toMatchObject({ titleId: 'film' });
  });

  it('a region that never read the catalog is not ready and says so, and recovers by itself', async () => {
    let isDown = true;
    const region = await liveRegion();
    const shaky = testRegion({ clock: region.clock, store: failing(region.store, () => isDown) });
    expect((await shaky.call('GET', '/v1/health')).status).toBe(503);
    expectError(await shaky.play(), 'store/unavailable');
    isDown = false;
    region.clock.advance(600);
    expect((await shaky.call('GET', '/v1/health')).body).toEqual({ regionId: 'us-east-1', ready: true });
  });
});

it('a restarted region answers plays at once, from what the store kept', async () => {
  const region = await liveRegion();
  await region.backend.stop();
  region.clock.advance(1000);
  const restarted = testRegion({ clock: region.clock, store: region.store });
  expect((await restarted.play()).body.servers).toHaveLength(4);
});

it('a region that an OCA cannot reach learns of it from the regions it reaches', async () => {
  const clock = testClock();
  const east = await liveRegion({ clock });
  const europe = await liveRegion({ clock, store: east.store });
  clock.advance(6000);
  for (const [ocaId, siteId] of OCAS) await east.report(ocaId, siteId, {});
  await east.backend.stop();
  await europe.call('GET', '/v1/health');
  await new Promise((resolve) => setImmediate(resolve));
  expect((await europe.play()).body.servers).toHaveLength(4);
});

it('no log holds a token', async () => {
  const region = await liveRegion();
  const { body } = await region.play();
  await region.call('GET', `/v1/origin/${body.token}/${'0'.repeat(32)}`);
  expect(JSON.stringify(region.logged)).not.toContain(body.token.slice(-32));
  expect(JSON.stringify(region.logged)).toContain('steering decision');
});
