import { createHash } from 'node:crypto';
import { schemas } from '@pressplay/protocol';
import type { CatalogTitle, SteeringManifest } from '@pressplay/protocol/messages';
import { verifyMediaToken } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { filesOf } from '../catalog/title-files.ts';
import { expectError } from '../testing/expect-error.ts';
import {
  type Answer,
  config,
  hmac,
  makeTitle,
  OCAS,
  ROUTES,
  type TestRegion,
  testRegion,
} from '../testing/test-region.ts';

const ORIGIN = 'http://region';
const PLAYER = { from: '198.51.100.7' };

function withPlaylists(title: CatalogTitle): CatalogTitle {
  const renditions = title.renditions.map((rendition) => {
    const sha256 = createHash('sha256').update(`list of ${rendition.fileId}`).digest('hex');
    return { ...rendition, playlist: { fileId: sha256.slice(0, 32), sha256, sizeBytes: 500 } };
  });
  return { ...title, renditions };
}

/** One more than a manifest names. */
const FLEET = [...OCAS, ['fjord-1-c', 'fjord-1']] as const;
const FILM = withPlaylists(makeTitle('film'));

async function regionWith(title: CatalogTitle, options: Parameters<typeof testRegion>[0] = {}): Promise<TestRegion> {
  const region = testRegion({ config: { ...config, steeringTtlMs: 4000 }, ...options });
  await region.publish(title);
  const fileIds = filesOf(title).map(({ fileId }) => fileId);
  for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, { fileIds, routes: ROUTES[siteId] ?? [] });
  return region;
}

async function manifestsOf(region: TestRegion, changes: Record<string, unknown> = {}) {
  const answer = await region.play({ manifests: true, ...changes });
  const { manifests, playId } = schemas.PlayResponse.parse(answer.body);
  if (!manifests) throw new Error('no manifests');
  return { ...manifests, playId };
}

const get = (region: TestRegion, url: string, options = PLAYER): Promise<Answer> =>
  region.call('GET', url.replace(ORIGIN, ''), options);

const steeringUrlOf = (manifest: string): string =>
  (/SERVER-URI="([^"]+)"/.exec(manifest)?.[1] ?? /<ContentSteering[^>]*>([^<]+)</.exec(manifest)?.[1] ?? '').replaceAll(
    '&amp;',
    '&',
  );
const pathwaysIn = (manifest: string): string[] => [
  ...new Set(
    [...manifest.matchAll(/PATHWAY-ID="([^"]+)"|serviceLocation="([^"]+)"/g)].map(([, hls, dash]) => hls ?? dash ?? ''),
  ),
];
const hostOf = (region: Answer['body'], id: string): unknown =>
  (region as SteeringManifest)['PATHWAY-CLONES']?.find((clone) => clone.ID === id)?.['URI-REPLACEMENT'].HOST;

async function steer(region: TestRegion, url: string, report = ''): Promise<SteeringManifest> {
  const answer = await get(region, `${url}${report}`);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return schemas.SteeringManifest.parse(answer.body);
}

let region: TestRegion;
beforeEach(async () => {
  region = await regionWith(FILM);
});

describe('the manifests of a play', () => {
  it('are named on request, and open without a header', async () => {
    expect(schemas.PlayResponse.parse((await region.play()).body).manifests).toBeUndefined();
    const { hls, dash, expiresInMs } = await manifestsOf(region);
    expect(expiresInMs).toBeGreaterThan(23 * 3600 * 1000);
    const answers = [await get(region, hls), await get(region, dash)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ headers }) => headers.get('Content-Type'))).toEqual([
      'application/vnd.apple.mpegurl',
      'application/dash+xml',
    ]);
    expect(answers.map(({ headers }) => headers.get('Cache-Control'))).toEqual(['no-store', 'no-store']);
  });

  it('lead to files of the title alone, with a token that opens it, on the servers that steering named', async () => {
    const { hls, dash, playId } = await manifestsOf(region);
    const files = new Set(filesOf(FILM).map(({ fileId }) => fileId));
    for (const { body } of [await get(region, hls), await get(region, dash)]) {
      const urls: string[] = body.match(/http:\/\/(?!region)[^"<\s]+/g);
      for (const url of urls) {
        const [, host, token, fileId] = /^http:\/\/([^/]+)\/([^/]+)\/(.*)$/.exec(url) ?? [];
        expect(FLEET.map(([ocaId]) => ocaId)).toContain(host);
        const verdict = verifyMediaToken(token ?? '', config.urlKey, hmac, region.clock.wallMs() / 1000);
        expect(verdict).toMatchObject({ ok: true, claims: { playId, scope: 'film' } });
        if (fileId) expect(files).toContain(fileId);
      }
      expect(urls.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('name two servers of the best site and the best of two others: steering brings in the rest', async () => {
    const { hls, dash } = await manifestsOf(region);
    const { body } = await region.play();
    const ranked = body.servers.map(({ ocaId }: { ocaId: string }) => ocaId);
    for (const url of [hls, dash]) {
      const named = ranked.filter((_: string, rank: number) => rank !== 2);
      expect(pathwaysIn((await get(region, url)).body)).toEqual(named);
    }
  });

  it('hold what the device can play, and no more', async () => {
    const { hls, dash } = await manifestsOf(region, {
      device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'], maxHeightPx: 480 },
    });
    expect((await get(region, hls)).body).not.toContain('1280x720');
    expect((await get(region, dash)).body).not.toContain('v720');
    const more = dash.replace('v240.v480', 'v240.v480.v720');
    expect(more).not.toBe(dash);
    expectError(await get(region, more), 'auth/invalid');
  });

  it('come from every region, also while the store fails', async () => {
    const { hls } = await manifestsOf(region);
    const store = new Proxy(region.store, {
      get(target, name) {
        if (name === 'findPlay') return () => Promise.reject(new Error('down'));
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const other = await regionWith(FILM, { clock: region.clock, store });
    expect((await get(other, hls)).status).toBe(200);
  });

  it('outlive the key that signed them while it is accepted, and bind their tokens where the operator wants that', async () => {
    const { hls } = await manifestsOf(region);
    const rotated = { ...config, urlKey: 'next-key', bindTokensToNetwork: true };
    const accepted = { ...rotated, acceptedUrlKeys: [{ key: config.urlKey }] };
    const next = await regionWith(FILM, { clock: region.clock, store: region.store, config: accepted });
    const { body } = await get(next, hls);
    const [token = ''] = /[0-9a-f]+n[0-9a-f]{8}-[0-9a-z]+-film-[0-9a-f]{32}/.exec(body) ?? [];
    const open = (clientAddress: string) =>
      verifyMediaToken(token, 'next-key', hmac, region.clock.wallMs() / 1000, { clientAddress });
    expect(open('198.51.100.99')).toMatchObject({ ok: true });
    expect(open('203.0.113.7')).toMatchObject({ code: 'token/wrong-network' });
    const later = await regionWith(FILM, { clock: region.clock, store: region.store, config: rotated });
    expectError(await get(later, hls), 'auth/invalid');
  });

  it('are refused by every region as soon as one was told of the end', async () => {
    const { clock, store } = region;
    const europe = await regionWith(FILM, { clock, store, config: { ...config, regionId: 'eu-west-1' } });
    const { hls, playId } = await manifestsOf(region);
    const steering = steeringUrlOf((await get(europe, hls)).body);
    expect((await get(europe, steering)).status).toBe(200);
    expect((await region.call('DELETE', `/v1/plays/${playId}`, { token: 'account-a' })).status).toBe(204);
    for (const url of [hls, steering]) expectError(await get(europe, url), 'play/ended');
  });

  it('are refused once the path was altered, the play ended or its day is over', async () => {
    const { hls, dash, playId } = await manifestsOf(region);
    const steering = steeringUrlOf((await get(region, hls)).body);
    const [, token = ''] = /manifests\/([^/]+)/.exec(hls) ?? [];
    expectError(await get(region, hls.replace(token.slice(-4), 'ffff')), 'auth/invalid');
    expectError(await get(region, '/v1/manifests/x/y/main.m3u8'), 'auth/invalid');
    expect((await region.call('DELETE', `/v1/plays/${playId}`, { token: 'account-a' })).status).toBe(204);
    for (const url of [hls, dash, steering]) expectError(await get(region, url), 'play/ended');
    const next = await manifestsOf(region, { idempotencyKey: 'key-00000009' });
    region.clock.advance(25 * 3600 * 1000);
    expectError(await get(region, next.hls), 'play/ended');
  });

  it('need playlists on the servers for HLS, and none for DASH', async () => {
    const old = await regionWith(makeTitle('film'));
    const { hls, dash } = await manifestsOf(old);
    expectError(await get(old, hls), 'title/no-playlists');
    expect((await get(old, dash)).status).toBe(200);
  });

  it('leave out renditions that the best server does not hold whole: all pathways must be equal', async () => {
    const { hls } = await manifestsOf(region);
    const lacked = FILM.renditions.find(({ renditionId }) => renditionId === 'v720');
    const fileIds = filesOf(FILM).flatMap(({ fileId }) => (fileId === lacked?.playlist?.fileId ? [] : fileId));
    for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, { fileIds });
    const { body } = await get(region, hls);
    expect(body).not.toContain('RESOLUTION=1440x720');
    expect(body).toContain('RESOLUTION=960x480');
  });

  it('say so when no server is left', async () => {
    const { hls } = await manifestsOf(region);
    region.clock.advance(6000);
    expectError(await get(region, hls), 'steering/no-server');
  });
});

describe('content steering', () => {
  it.each(['hls', 'dash'] as const)(
    'of %s ranks as a play request does, and brings in more servers as clones',
    async (mouth) => {
      const manifests = await manifestsOf(region);
      const named = (await get(region, manifests[mouth])).body;
      const answer = await steer(region, steeringUrlOf(named));
      const { body } = await region.play();
      expect(answer).toMatchObject({ VERSION: 1, TTL: 4 });
      expect(answer['PATHWAY-PRIORITY']).toEqual(body.servers.map(({ ocaId }: { ocaId: string }) => ocaId));
      const other = body.servers[2].ocaId;
      expect(answer['PATHWAY-CLONES']).toEqual([
        { 'BASE-ID': body.servers[0].ocaId, ID: other, 'URI-REPLACEMENT': { HOST: other } },
      ]);
    },
  );

  it('moves players from a server that drains or is silent, and logs why', async () => {
    const { hls, playId } = await manifestsOf(region);
    const first = await steer(region, steeringUrlOf((await get(region, hls)).body));
    const [best = '', ...others] = first['PATHWAY-PRIORITY'];
    await region.report(best, 'fjord-1', { verdict: 'draining' });
    const next = await steer(region, first['RELOAD-URI'], `&_HLS_pathway=${best}&_HLS_throughput=9000000`);
    expect(next['PATHWAY-PRIORITY']).toEqual(others);
    const [, clone = ''] = others;
    expect(hostOf(next, clone)).toBe(clone);
    const explained = await region.call('GET', `/v1/steering/decisions/${playId}`, { token: 'operator-token' });
    const { decisions } = schemas.SteeringExplanations.parse(explained.body);
    expect(decisions.map(({ decision }) => decision.inputs.occasion)).toEqual([
      'start',
      'manifest',
      'steering',
      'steering',
    ]);
    expect(decisions.at(-1)?.text).toContain(`${best}: not named (draining`);
    expect(decisions.at(-1)?.text).toContain('D draining');
  });

  it('puts back a server that a player finds slow, and forgives it after ten minutes', async () => {
    const { hls } = await manifestsOf(region);
    const slow = (id = '') => `&_HLS_pathway=${id}&_HLS_throughput=300000`;
    const url = steeringUrlOf((await get(region, hls)).body);
    const first = await steer(region, url, slow('fjord-1-a'));
    const [best] = first['PATHWAY-PRIORITY'];
    expect(best, 'what a player tells before it has loaded anything is its default').toMatch(/^fjord-1/);
    const second = await steer(region, first['RELOAD-URI'], slow(best));
    expect(second['PATHWAY-PRIORITY'].at(-1)).toBe(best);
    expect(second['PATHWAY-PRIORITY']).toHaveLength(5);
    region.clock.advance(4000);
    const third = await steer(
      region,
      second['RELOAD-URI'],
      `&_HLS_pathway=${second['PATHWAY-PRIORITY'][0]}&_HLS_throughput=9000000`,
    );
    expect(third['PATHWAY-PRIORITY']).toEqual(second['PATHWAY-PRIORITY']);
    region.clock.advance(600_000);
    for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, {});
    expect((await steer(region, third['RELOAD-URI']))['PATHWAY-PRIORITY'][0]).toBe(best);
  });

  it('reads the lists of dash.js', async () => {
    const { dash } = await manifestsOf(region);
    const first = await steer(region, steeringUrlOf((await get(region, dash)).body));
    const [a, b] = first['PATHWAY-PRIORITY'];
    const told = `&_DASH_pathway=%22${a},${b}%22&_DASH_throughput=300000,200000`;
    const next = await steer(region, first['RELOAD-URI'], told);
    expect(next['PATHWAY-PRIORITY'].slice(-2)).toEqual([a, b]);
    expect(next['RELOAD-URI']).toContain(`${a}:300:`);
  });

  it('renews the token of an HLS player through clones with addresses of their own', async () => {
    const lifetimeMs = 3600_000;
    region = await regionWith(FILM, { config: { ...config, steeringTtlMs: 4000, tokenLifetimeMs: lifetimeMs } });
    const { hls } = await manifestsOf(region);
    const url = steeringUrlOf((await get(region, hls)).body);
    region.clock.advance(lifetimeMs * 0.8);
    for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, {});
    const answer = await steer(region, url);
    const clones = answer['PATHWAY-CLONES'] ?? [];
    expect(clones.map(({ ID }) => ID)).toEqual(answer['PATHWAY-PRIORITY']);
    expect(new Set(clones.map((clone) => clone['BASE-ID'])).size).toBe(1);
    for (const { ID, 'URI-REPLACEMENT': replacement } of clones) {
      const uris = { ...replacement['PER-VARIANT-URIS'], ...replacement['PER-RENDITION-URIS'] };
      expect(Object.keys(uris).sort()).toEqual(['a96', 'v240', 'v480', 'v720']);
      for (const { renditionId, playlist } of FILM.renditions) {
        const [, host, token = ''] = /^http:\/\/([^/]+)\/([^/]+)\//.exec(uris[renditionId] ?? '') ?? [];
        expect(uris[renditionId]?.endsWith(`/${playlist?.fileId}`)).toBe(true);
        expect(ID.startsWith(`${host}.`)).toBe(true);
        const laterS = (region.clock.wallMs() + lifetimeMs * 0.9) / 1000;
        expect(verifyMediaToken(token, config.urlKey, hmac, laterS)).toMatchObject({ ok: true });
      }
    }
    const again = await steer(region, answer['RELOAD-URI'], `&_HLS_pathway=${clones[0]?.ID}&_HLS_throughput=300000`);
    const byId = Object.fromEntries(clones.map((clone) => [clone.ID, clone]));
    expect(Object.fromEntries((again['PATHWAY-CLONES'] ?? []).map((clone) => [clone.ID, clone]))).toEqual(byId);
    expect(again['PATHWAY-PRIORITY'].at(-1), 'a renewed pathway is the OCA that it names').toBe(clones[0]?.ID);
  });

  it('renews the token of dash.js through clones with a path in their host, and of no other player of DASH', async () => {
    const lifetimeMs = 3600_000;
    region = await regionWith(FILM, { config: { ...config, steeringTtlMs: 4000, tokenLifetimeMs: lifetimeMs } });
    const { dash } = await manifestsOf(region);
    const mpd = (await get(region, dash)).body;
    const url = steeringUrlOf(mpd);
    const at = (pathway: string) => `&_DASH_pathway=%22${pathway}%22&_DASH_throughput=9000000`;
    const [first = ''] = pathwaysIn(mpd);
    const early = await steer(region, url, at(first));
    const isRenewed = (answer: unknown) => /"HOST":"[^"]*\?"/.test(JSON.stringify(answer));
    expect(isRenewed(early)).toBe(false);
    region.clock.advance(lifetimeMs * 0.8);
    for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, {});
    const shaka = await steer(region, url, at(first).replaceAll('%22', ''));
    expect(isRenewed(shaka)).toBe(false);
    const answer = await steer(region, early['RELOAD-URI'], at(first));
    const clones = answer['PATHWAY-CLONES'] ?? [];
    expect(clones.map(({ ID }) => ID)).toEqual(answer['PATHWAY-PRIORITY']);
    expect(clones.length).toBe(FLEET.length);
    const laterS = (region.clock.wallMs() + lifetimeMs * 0.9) / 1000;
    for (const { ID, 'BASE-ID': base, 'URI-REPLACEMENT': replacement } of clones) {
      expect(pathwaysIn(mpd)).toContain(base);
      const [, host, token = ''] = /^http:\/\/([^/]+)\/([^/]+)\/\?$/.exec(replacement.HOST ?? '') ?? [];
      expect(ID.startsWith(`${host}.`)).toBe(true);
      expect(verifyMediaToken(token, config.urlKey, hmac, laterS)).toMatchObject({ ok: true });
    }
    // Also where it reports nothing it is dash.js.
    expect((await steer(region, answer['RELOAD-URI']))['PATHWAY-CLONES']).toEqual(clones);
    const ids = clones.map(({ ID }) => ID);
    region.clock.advance(lifetimeMs * 0.8);
    for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, {});
    const next = await steer(region, answer['RELOAD-URI'], at(ids[0] ?? ''));
    expect(next['PATHWAY-CLONES']).toHaveLength(FLEET.length);
    for (const { ID } of next['PATHWAY-CLONES'] ?? []) expect(ids).not.toContain(ID);
  });

  it('stays at the pathways of the manifest when nobody is left: they are as good as none, not worse', async () => {
    const { hls } = await manifestsOf(region);
    const manifest = (await get(region, hls)).body;
    region.clock.advance(6000);
    expect((await steer(region, steeringUrlOf(manifest)))['PATHWAY-PRIORITY']).toEqual(pathwaysIn(manifest));
  });

  it('keeps the stream of a play that is steered', async () => {
    const { hls } = await manifestsOf(region);
    let url = steeringUrlOf((await get(region, hls)).body);
    for (let minute = 0; minute < 30; minute++) {
      region.clock.advance(60_000);
      for (const [ocaId, siteId] of FLEET) await region.report(ocaId, siteId, {});
      url = (await steer(region, url))['RELOAD-URI'];
    }
    const { leaseEndsAtMs = 0 } = (await region.store.findPlay((await manifestsOf(region)).playId)) ?? {};
    expect(leaseEndsAtMs).toBeGreaterThan(region.clock.wallMs());
  });

  it('never fails on a query that it did not write', async () => {
    const { hls } = await manifestsOf(region);
    const [path = '', query = ''] = steeringUrlOf((await get(region, hls)).body).split('?');
    const junk = fc.string({ unit: 'binary', maxLength: 40 });
    const key = fc.constantFrom('of', 'until', 'renewed', 'seen', '_HLS_pathway', '_HLS_throughput');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, junk), { maxLength: 4 }), async (changes) => {
        const params = new URLSearchParams(query);
        for (const [name, value] of changes) params.set(name, value);
        const { status } = await get(region, `${path}?${params}`);
        expect([200, 400]).toContain(status);
      }),
    );
  });
});
