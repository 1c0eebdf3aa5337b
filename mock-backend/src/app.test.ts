import { schemas } from '@pressplay/protocol';
import { signMediaToken } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import { expectError } from './testing/expect-error.ts';
import { config, DEVICE, hmac, liveRegion, makeTitle, testClock, testRegion } from './testing/test-region.ts';

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

  it('take a play from a page as plain text with the token inside: no browser asks permission for that', async () => {
    const region = await liveRegion();
    const asked = { titleId: 'film', device: DEVICE, idempotencyKey: 'key-00000001' };
    const fromPage = (body: unknown, type = 'text/plain') =>
      region.call('POST', '/v1/plays', { body, headers: { 'Content-Type': type, Origin: 'https://app.example' } });
    const granted = await fromPage({ ...asked, accessToken: 'account-a' });
    expect(granted.status).toBe(200);
    expect(granted.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const { playId } = schemas.PlayResponse.parse(granted.body);
    const renew = await region.call('POST', `/v1/plays/${playId}/renew`, {
      body: { accessToken: 'account-a' },
      headers: { 'Content-Type': 'text/plain;charset=UTF-8' },
    });
    expect(renew.status).toBe(200);
    expectError(await fromPage(asked), 'auth/missing');
    expectError(await fromPage({ ...asked, accessToken: 'altered' }), 'auth/invalid');
    expectError(await fromPage({ ...asked, accessToken: 'account-a' }, 'application/json'), 'auth/missing');
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
        return new Response('bytes', { headers: { 'Content-Type': 'application/octet-stream' } });
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

  it('shows alone all that is known of it: its report, why it is named or not, routes and files', async () => {
    const region = await liveRegion();
    await region.publish(makeTitle('another'));
    const token = 'operator-token';
    const detail = async () => schemas.OcaDetail.parse((await region.call('GET', '/v1/ocas/ix-1-a', { token })).body);
    const { titles, routes, fileIds, ...rest } = await detail();
    expect(titles).toEqual(['film']);
    expect(routes).toEqual([
      { prefix: '198.51.96.0/19', asPathLength: 1, med: 0 },
      { prefix: '2001:db8::/32', asPathLength: 1, med: 0 },
    ]);
    expect([...fileIds].sort()).toEqual(
      makeTitle('film')
        .renditions.map(({ fileId }) => fileId)
        .sort(),
    );
    expect(rest).toMatchObject({ usable: true, usableReason: 'healthy: as the test says', heardAll: true });
    await region.call('PUT', '/v1/sites/ix-1/drain', { token, body: { reason: 'new disks' } });
    expect(await detail()).toMatchObject({ usable: false, usableReason: expect.stringContaining('new disks') });
    await region.call('DELETE', '/v1/sites/ix-1/drain', { token });
    region.clock.advance(5001);
    expect(await detail()).toMatchObject({ usable: false, usableReason: 'silent for 5001 ms', reportAgeMs: 5001 });
    expectError(await region.call('GET', '/v1/ocas/nobody', { token }), 'fleet/unknown-oca');
    expectError(await region.call('GET', '/v1/ocas/ix-1-a', { token: 'account-a' }), 'auth/forbidden');
  });
});
