import { schemas } from '@pressplay/protocol';
import { verifyMediaToken } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import { expectError } from '../testing/expect-error.ts';
import {
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
} from '../testing/test-region.ts';

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

  it('groups by who holds them what is left for a device', async () => {
    const region = testRegion();
    const film = makeTitle('film');
    await region.publish(film);
    await fillFleet(region, film);
    const held = film.renditions.filter(({ renditionId }) => renditionId !== 'v240').map(({ fileId }) => fileId);
    await region.report('fjord-1-a', 'fjord-1', { fileIds: held });
    const device = { ...DEVICE, maxHeightPx: 480 };
    const play = schemas.PlayResponse.parse((await region.play({ device })).body);
    const at = play.servers.findIndex(({ ocaId }) => ocaId === 'fjord-1-a');
    const sets = play.fileSets.map(({ servers, renditions }) => [
      servers.includes(at),
      renditions.map(({ renditionId }) => renditionId),
    ]);
    expect(sets).toHaveLength(2);
    expect(sets).toContainEqual([true, ['a96', 'v480']]);
    expect(sets).toContainEqual([false, ['v240']]);
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
