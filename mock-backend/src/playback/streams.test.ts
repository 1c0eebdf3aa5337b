import { schemas } from '@pressplay/protocol';
import { verifyMediaToken } from '@pressplay/protocol/wire';
import { encodeCmcd } from '@svta/cml-cmcd';
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { expectError } from '../testing/expect-error.ts';
import { failingStore } from '../testing/failing-store.ts';
import {
  config,
  DEVICE,
  fillFleet,
  hmac,
  liveRegion,
  makeTitle,
  OCAS,
  type TestRegion,
  testClock,
} from '../testing/test-region.ts';

/** `account-a:basic` is a token of account a with the plan basic; `account-a:basic:12` of a profile for twelve-year-olds. */
const accessTokens = {
  verify: async (token: string) => {
    const [accountId = '', planId, age] = token.split(':');
    return { accountId, ...(planId && { planId }), ...(age && { profileAge: Number(age) }) };
  },
};
const BASIC = { token: 'a:basic' };
const named = (name: string) => ({ ...DEVICE, name });
const key = (n: number) => `key-0000000${n}`;

const live = (options: Parameters<typeof liveRegion>[0] = {}) => liveRegion({ accessTokens, ...options });
const alive = async (region: TestRegion) => {
  for (const [ocaId, siteId] of OCAS) await region.report(ocaId, siteId, {});
};

describe('the streams of an account', () => {
  it('are refused above the plan, with who holds them and until when', async () => {
    const region = await live();
    const { body } = await region.play({ device: named('TV') }, BASIC);
    region.clock.advance(1000);
    const refused = await region.play({ device: named('Phone'), idempotencyKey: key(2) }, BASIC);
    expect(expectError(refused, 'account/stream-limit')).toEqual({
      maxStreams: 1,
      devices: ['TV'],
      titles: ['film'],
      plays: [body.playId],
      nextFreeInMs: 449_000,
    });
    expect(refused.headers.get('Retry-After')).toBe('449');
    expect(refused.body.error.message).toContain('TV plays "film"');
    expect((await region.play({ idempotencyKey: key(3) }, { token: 'b:basic' })).status).toBe(200);
  });

  it('are one for a retry, in every region', async () => {
    const clock = testClock();
    const east = await live({ clock });
    const europe = await live({ clock, store: east.store });
    const first = await east.play({}, BASIC);
    const again = await europe.play({}, BASIC);
    expect(again.body.playId).toBe(first.body.playId);
    expectError(await europe.play({ idempotencyKey: key(2) }, BASIC), 'account/stream-limit');
  });

  describe('of a play whose answer nobody waited for', () => {
    async function twoRegions() {
      const clock = testClock();
      const east = await live({ clock });
      const europe = await live({ clock, store: east.store });
      const ask = (region: TestRegion, idempotencyKey: string, isGone: boolean) =>
        region.backend.answerPlay({
          header: (name) => (name === 'Authorization' ? 'Bearer a:basic' : undefined),
          text: JSON.stringify({ titleId: 'film', device: DEVICE, idempotencyKey }),
          clientAddress: '198.51.100.7',
          isGone: () => isGone,
        });
      /** What was given back is with the store. */
      const settled = async () => {
        clock.advance(2000);
        for (const region of [east, europe]) await region.call('GET', '/v1/titles', BASIC);
        await new Promise((resolve) => setImmediate(resolve));
      };
      return { clock, east, europe, ask, settled };
    }

    it('are free, and the same key still begins the same play', async () => {
      const { east, europe, ask, settled } = await twoRegions();
      const { body } = await ask(east, key(1), true);
      await settled();
      const other = await europe.play({ idempotencyKey: key(2) }, BASIC);
      expect(other.status).toBe(200);
      expectError(await east.play({ idempotencyKey: key(1) }, BASIC), 'account/stream-limit');
      await europe.call('POST', `/v1/plays/${other.body.playId}/end`, BASIC);
      const again = await europe.play({ idempotencyKey: key(1) }, BASIC);
      expect(again.body.playId).toBe(JSON.parse(Buffer.from(body).toString()).playId);
      await settled();
      expectError(await east.play({ idempotencyKey: key(3) }, BASIC), 'account/stream-limit');
    });

    it.each([
      ['asked first', [true, false]],
      ['asked later', [false, true]],
    ])('are kept where another region was heard: the one that was not was %s', async (_, [firstGone, secondGone]) => {
      const { east, europe, ask, settled } = await twoRegions();
      await Promise.all([ask(east, key(1), firstGone === true), ask(europe, key(1), secondGone === true)]);
      await settled();
      for (const region of [east, europe])
        expectError(await region.play({ idempotencyKey: key(2) }, BASIC), 'account/stream-limit');
    });

    let devices = 0;
    /** Whether another device of the account gets the stream; it gives it back at once. */
    async function isFree(region: TestRegion): Promise<boolean> {
      await alive(region);
      const answer = await region.play({ idempotencyKey: `another-device-${++devices}` }, BASIC);
      if (answer.status !== 200) expectError(answer, 'account/stream-limit');
      else await region.call('POST', `/v1/plays/${answer.body.playId}/end`, BASIC);
      return answer.status === 200;
    }

    it('are free where the client went away before all of it was sent', async () => {
      const { east, europe, ask, settled } = await twoRegions();
      const { tellUnheard } = await ask(east, key(1), false);
      expect(await isFree(europe)).toBe(false);
      tellUnheard?.(true);
      await settled();
      expect(await isFree(europe)).toBe(true);
    });

    it('are free after a while of silence where it may have arrived', async () => {
      const { clock, east, europe, ask, settled } = await twoRegions();
      (await ask(east, key(1), false)).tellUnheard?.(false);
      await settled();
      clock.advance(40_000);
      expect(await isFree(europe)).toBe(false);
      clock.advance(5000);
      expect(await isFree(europe)).toBe(true);
      expect(await isFree(east)).toBe(true);
    });

    it.each([0, 1])('are kept by a play that was heard after all: its report comes to region %i', async (to) => {
      const { clock, east, europe, ask, settled } = await twoRegions();
      const { body, tellUnheard } = await ask(east, key(1), false);
      tellUnheard?.(false);
      await settled();
      clock.advance(30_000);
      const { playId, token } = JSON.parse(Buffer.from(body).toString());
      const text = `e=ps,sid="${playId}",sta=p,sn=1,ts=${clock.wallMs()},v=2`;
      const hears = [east, europe][to] ?? east;
      expect((await hears.call('POST', `/v1/telemetry/${token}`, { text })).body).toBe('');
      await settled();
      clock.advance(60_000);
      for (const region of [east, europe]) expect(await isFree(region)).toBe(false);
    });

    it('are kept by a play whose report was heard before that was told', async () => {
      const { clock, east, europe, ask, settled } = await twoRegions();
      const { body, tellUnheard } = await ask(east, key(1), false);
      const { playId, token } = JSON.parse(Buffer.from(body).toString());
      const text = `e=ps,sid="${playId}",sta=p,sn=1,ts=${clock.wallMs()},v=2`;
      await east.call('POST', `/v1/telemetry/${token}`, { text });
      tellUnheard?.(false);
      await settled();
      clock.advance(60_000);
      expect(await isFree(europe)).toBe(false);
    });

    it.each([
      ['before', true],
      ['before', false],
      ['after', true],
      ['after', false],
    ])(
      'are kept, and are one, where the next region was asked with the same key %s that was told (certain: %s)',
      async (when, isCertain) => {
        const { clock, east, europe, ask, settled } = await twoRegions();
        const first = await ask(east, key(1), false);
        if (when === 'after') first.tellUnheard?.(isCertain);
        if (when === 'after') await settled();
        const second = await ask(europe, key(1), false);
        if (when === 'before') first.tellUnheard?.(isCertain);
        await settled();
        const playIds = [first, second].map(({ body }) => JSON.parse(Buffer.from(body).toString()).playId);
        expect(playIds[1]).toBe(playIds[0]);
        clock.advance(100_000);
        for (const region of [east, europe]) expect(await isFree(region)).toBe(false);
        await europe.call('POST', `/v1/plays/${playIds[0]}/end`, BASIC);
        expect(await isFree(east)).toBe(true);
      },
    );

    it('wait for silence where two regions were asked and neither was heard', async () => {
      const { clock, east, europe, ask, settled } = await twoRegions();
      const first = await ask(east, key(1), false);
      const second = await ask(europe, key(1), false);
      second.tellUnheard?.(true);
      first.tellUnheard?.(true);
      await settled();
      // Only the first took a stream with its answer, and does not give back what was asked for again.
      expect(second.tellUnheard).toBeUndefined();
      expect(await isFree(europe)).toBe(false);
      clock.advance(450_000);
      expect(await isFree(europe)).toBe(true);
    });

    it('are free also where a play was refused after it had got one', async () => {
      const { east } = await twoRegions();
      for (const [ocaId, siteId] of OCAS) await east.report(ocaId, siteId, { verdict: 'failing' });
      expectError(await east.play({ idempotencyKey: key(1) }, BASIC), 'steering/no-server');
      await alive(east);
      expect((await east.play({ idempotencyKey: key(2) }, BASIC)).status).toBe(200);
    });
  });

  it('are raced for by two regions: one wins', async () => {
    const clock = testClock();
    const east = await live({ clock });
    const europe = await live({ clock, store: east.store });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) => (n % 2 ? east : europe).play({ idempotencyKey: key(n) }, BASIC)),
    );
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  });

  it('are given back by an end: of the account, of whoever has the token of the play, and of a page', async () => {
    const region = await live();
    const pageEnd = { headers: { 'Content-Type': 'text/plain' } };
    for (const n of [1, 2, 3]) {
      const { body } = await region.play({ idempotencyKey: key(n) }, BASIC);
      const path = `/v1/plays/${body.playId}`;
      expectError(await region.call('DELETE', path, { token: 'b' }), 'play/unknown');
      const ended = await [
        () => region.call('DELETE', path, BASIC),
        () => region.call('POST', `${path}/end`, { token: body.token }),
        () => region.call('POST', `${path}/end`, { ...pageEnd, body: { accessToken: body.token } }),
      ][n - 1]?.();
      expect(ended?.status).toBe(204);
      expect((await region.call('DELETE', path, BASIC)).status).toBe(204);
      expectError(await region.call('POST', `${path}/renew`, BASIC), 'play/ended');
      expectError(await region.play({ idempotencyKey: key(n) }, BASIC), 'play/ended');
    }
    expectError(await region.call('POST', `/v1/plays/${'1'.repeat(32)}/end`, BASIC), 'play/unknown');
    expectError(await region.call('POST', `/v1/plays/${'1'.repeat(32)}/end`), 'auth/missing');
    expectError(await region.call('DELETE', '/v1/plays/short', BASIC), 'request/invalid');
  });

  it('pass to the next play of the same player, before the end of the last was heard', async () => {
    const region = await live();
    const playerId = 'player-1';
    const first = await region.play({ playerId }, BASIC);
    expect((await region.play({ playerId, idempotencyKey: key(2) }, BASIC)).status).toBe(200);
    expectError(await region.call('POST', `/v1/plays/${first.body.playId}/renew`, BASIC), 'play/ended');
  });

  it('are held by renewals, and free some minutes after the last', async () => {
    const region = await live();
    const { body } = await region.play({}, BASIC);
    for (let minute = 0; minute < 15; minute += 5) {
      region.clock.advance(5 * 60_000);
      await alive(region);
      expect((await region.call('POST', `/v1/plays/${body.playId}/renew`, BASIC)).status).toBe(200);
      expectError(await region.play({ idempotencyKey: key(2) }, BASIC), 'account/stream-limit');
    }
    region.clock.advance(8 * 60_000);
    await alive(region);
    expect((await region.play({ idempotencyKey: key(2) }, BASIC)).status).toBe(200);
    const context = expectError(
      await region.call('POST', `/v1/plays/${body.playId}/renew`, BASIC),
      'account/stream-limit',
    );
    expect(context.maxStreams).toBe(1);
  });

  it('are free two minutes after the last report of a play that reports, to whichever region', async () => {
    const clock = testClock();
    const east = await live({ clock });
    const europe = await live({ clock, store: east.store });
    const { body } = await east.play({}, BASIC);
    const about = { v: 2, sid: body.playId, cid: 'film', ts: clock.wallMs(), e: 't' } as const;
    const text = encodeCmcd(about, { version: 2, reportingMode: 'event' });
    const report = () => europe.call('POST', `/v1/telemetry/${body.token}`, { text });
    for (let n = 0; n < 20; n++) {
      expect((await report()).status).toBe(204);
      clock.advance(30_000);
    }
    await alive(europe);
    await alive(east);
    expectError(await east.play({ idempotencyKey: key(2) }, BASIC), 'account/stream-limit');
    clock.advance(95_000);
    await alive(east);
    expect((await east.play({ idempotencyKey: key(2) }, BASIC)).status).toBe(200);
  });

  it('are not taken by what is asked ahead, until somebody watches it', async () => {
    const region = await live();
    const { body } = await region.play({ intent: 'prefetch', idempotencyKey: key(2) }, BASIC);
    expect(body.expiresInMs).toBeLessThanOrEqual(600_000);
    const other = await region.play({ idempotencyKey: key(1) }, BASIC);
    expect(other.status).toBe(200);
    expectError(await region.play({ idempotencyKey: key(2) }, BASIC), 'account/stream-limit');
    expectError(await region.call('POST', `/v1/plays/${body.playId}/renew`, BASIC), 'account/stream-limit');
    await region.call('DELETE', `/v1/plays/${other.body.playId}`, BASIC);
    const watched = await region.play({ idempotencyKey: key(2) }, BASIC);
    expect(watched.body.playId).toBe(body.playId);
    expect(watched.body.expiresInMs).toBeGreaterThan(600_000);
  });
});

describe('while the store is away', () => {
  it('streams are counted from memory, said so, and handed over afterwards', async () => {
    let isDown = false;
    const clock = testClock();
    const healthy = await live({ clock });
    const shaky = await live({ clock, store: failingStore(healthy.store, () => isDown) });
    const standard = { token: 'a:standard' };
    await healthy.play({ device: named('TV') }, standard);
    isDown = true;
    expect((await shaky.play({ idempotencyKey: key(2) }, standard)).status).toBe(200);
    expect((await shaky.play({ idempotencyKey: key(3) }, standard)).status).toBe(200);
    expectError(await shaky.play({ idempotencyKey: key(4) }, standard), 'account/stream-limit');
    expect(shaky.logged.some(({ message }) => message.includes('counted from memory'))).toBe(true);
    isDown = false;
    clock.advance(1500);
    await shaky.backend.stop();
    const refused = await healthy.play({ idempotencyKey: key(5) }, standard);
    expect(expectError(refused, 'account/stream-limit').plays).toHaveLength(3);
  });

  it('an end is heard, and told to the store when it is back', async () => {
    let isDown = false;
    const clock = testClock();
    const healthy = await live({ clock });
    const shaky = await live({ clock, store: failingStore(healthy.store, () => isDown) });
    const { body } = await shaky.play({}, BASIC);
    isDown = true;
    expect((await shaky.call('DELETE', `/v1/plays/${body.playId}`, BASIC)).status).toBe(204);
    expect((await shaky.play({ idempotencyKey: key(2) }, BASIC)).status).toBe(200);
    isDown = false;
    for (let n = 0; n < 5; n++) {
      clock.advance(1500);
      await shaky.call('GET', '/v1/health');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await healthy.store.findPlay(body.playId)).toMatchObject({ leaseEndsAtMs: 0 });
  });
});

describe('what a plan and a profile permit', () => {
  const heights = (body: unknown) =>
    schemas.PlayResponse.parse(body).fileSets.flatMap(({ renditions }) =>
      renditions.flatMap((rendition) => (rendition.kind === 'video' ? rendition.video.heightPx : [])),
    );

  it('caps the picture by the plan and by how well the device keeps keys', async () => {
    const plans = [{ planId: 'small', maxHeightPx: 480 }];
    const region = await live({ config: { ...config, plans } });
    expect(heights((await region.play({}, { token: 'a:small' })).body)).toEqual([240, 480]);
    const licence = { territories: 'worldwide' as const, maxHeightPxBySecurity: { L3: 240, L2: 480 } };
    await region.publish(makeTitle('film', { licence }));
    const levels = await Promise.all(
      (['L1', 'L2', 'L3', undefined] as const).map(async (securityLevel, n) => {
        const device = { ...DEVICE, ...(securityLevel && { securityLevel }) };
        return heights((await region.play({ device, idempotencyKey: key(n + 2) }, { token: 'a' })).body).at(-1);
      }),
    );
    expect(levels).toEqual([720, 480, 240, 240]);
    await region.publish(makeTitle('film', { licence: { ...licence, maxHeightPxBySecurity: { L3: 100 } } }));
    const refused = await region.play({ idempotencyKey: key(9) }, { token: 'a' });
    expect(expectError(refused, 'title/no-playable-rendition')).toMatchObject({ limitedBy: 'security-level' });
    expectError(await region.play({}, { token: 'a:gold' }), 'account/unknown-plan');
  });

  it('keeps titles for older viewers from young profiles', async () => {
    const region = await live();
    await region.publish(makeTitle('film', { minAge: 16 }));
    expect(expectError(await region.play({}, { token: 'a:premium:12' }), 'account/age-rating')).toEqual({
      titleId: 'film',
      minAge: 16,
      profileAge: 12,
    });
    for (const token of ['a:premium:16', 'a:premium'])
      expect((await region.play({ idempotencyKey: `key-${token}` }, { token })).status).toBe(200);
  });

  it('says when the window of a territory opens', async () => {
    const region = await live();
    const startsAtMs = region.clock.wallMs() + 5000;
    const licence = {
      territories: ['DE'],
      windows: [{ territories: ['US'], startsAtMs, endsAtMs: startsAtMs + 5000 }],
    };
    await region.publish(makeTitle('film', { licence }));
    expect(expectError(await region.play({}, { token: 'a' }), 'licence/window').startsAtMs).toBe(startsAtMs);
    region.clock.advance(5000);
    await alive(region);
    expect((await region.play({}, { token: 'a' })).status).toBe(200);
    region.clock.advance(5000);
    await alive(region);
    expectError(await region.play({ idempotencyKey: key(2) }, { token: 'a' }), 'licence/window');
  });

  it('names languages, the preferred first', async () => {
    const region = await live();
    await fillFleet(region, makeTitle('film'));
    const { body } = await region.play({ preferences: { audioLanguages: ['de', 'und'], subtitleLanguages: ['de'] } });
    expect(body.languages).toEqual({ audio: ['und'], preferredAudio: 'und', subtitles: [] });
  });
});

describe('too much at once', () => {
  it('is refused by address before anything else, and by account', async () => {
    const rateLimits = { account: { burst: 2, perSecond: 1 }, address: { burst: 5, perSecond: 1 } };
    const region = await live({ config: { ...config, rateLimits } });
    for (const n of [1, 2]) expect((await region.play({ idempotencyKey: key(n) }, { token: 'a' })).status).toBe(200);
    const refused = await region.play({ idempotencyKey: key(3) }, { token: 'a' });
    expect(expectError(refused, 'request/rate-limited')).toEqual({ of: 'account', perSecond: 1, retryInMs: 1000 });
    expect(refused.headers.get('Retry-After')).toBe('1');
    for (const n of [4, 5]) expect((await region.play({ idempotencyKey: key(n) }, { token: 'b' })).status).toBe(200);
    expect(expectError(await region.play({}, { text: 'no json' }), 'request/rate-limited').of).toBe('address');
    region.clock.advance(1000);
    expect((await region.play({}, { token: 'a' })).status).toBe(200);
  });

  it('sheds what is asked ahead while viewers go on', async () => {
    let answer = (): void => {};
    const stuck = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const clock = testClock();
    const region = await live({ clock });
    const slow: Store = new Proxy(region.store, {
      get: (target, name: keyof Store) =>
        name === 'claimPlays'
          ? async (...given: Parameters<Store['claimPlays']>) => stuck.then(() => target.claimPlays(...given))
          : (target[name] as (...all: never[]) => unknown).bind(target),
    });
    const busy = await live({
      clock,
      store: slow,
      config: { ...config, concurrency: { maxConcurrent: 4, prefetchShare: 0.5 } },
    });
    const ask = (n: number, intent: string) => busy.play({ idempotencyKey: key(n), intent }, { token: 'a' });
    const waiting = [ask(1, 'prefetch'), ask(2, 'prefetch')];
    const shed = await ask(3, 'prefetch');
    expect(expectError(shed, 'server/overloaded')).toMatchObject({ partition: 'prefetch', limit: 2 });
    expect(shed.status).toBe(503);
    expect(shed.headers.get('Retry-After')).toBe('5');
    waiting.push(ask(4, 'play'), ask(5, 'play'));
    expect(expectError(await ask(6, 'play'), 'server/overloaded').reason).toBe('full');
    answer();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('media tokens', () => {
  it('of the last key end plays while keys rotate', async () => {
    const before = await live();
    const { body } = await before.play({}, BASIC);
    const acceptedUrlKeys = [{ key: config.urlKey }];
    const after = await live({
      clock: before.clock,
      store: before.store,
      config: { ...config, urlKey: 'next-key', acceptedUrlKeys },
    });
    const again = await after.play({}, BASIC);
    expect(again.body.playId).toBe(body.playId);
    expect(again.body.token).not.toBe(body.token);
    expect((await after.call('POST', `/v1/plays/${body.playId}/end`, { token: body.token })).status).toBe(204);
    expectError(await after.call('POST', `/v1/plays/${body.playId}/renew`, BASIC), 'play/ended');
  });

  it('are bound to the network of the viewer where the operator wants that', async () => {
    const region = await live({ config: { ...config, bindTokensToNetwork: true } });
    const { body } = await region.play({}, { token: 'a' });
    const opens = (clientAddress: string) => verifyMediaToken(body.token, config.urlKey, hmac, 0, { clientAddress });
    expect(opens('198.51.100.250').ok).toBe(true);
    expect(opens('203.0.113.7')).toEqual({ ok: false, code: 'token/wrong-network' });
    const moved = await region.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'a', from: '203.0.113.7' });
    expect(verifyMediaToken(moved.body.token, config.urlKey, hmac, 0, { clientAddress: '203.0.113.7' }).ok).toBe(true);
    expect((await region.call('POST', `/v1/plays/${body.playId}/end`, { token: body.token })).status).toBe(204);
  });
});

describe('the token of viewers', () => {
  it('reads what operators read, and changes nothing', async () => {
    const region = await live({ config: { ...config, viewerToken: 'viewer-token' } });
    const viewer = { token: 'viewer-token' };
    const { body } = await region.play({}, { token: 'a' });
    const reads = ['/v1/fleet', '/v1/telemetry', `/v1/steering/decisions/${body.playId}`];
    for (const path of reads) {
      expect((await region.call('GET', path, viewer)).status, path).toBe(200);
      expect((await region.call('GET', path, { token: 'operator-token' })).status, path).toBe(200);
      expectError(await region.call('GET', path, { token: 'a' }), 'auth/forbidden');
    }
    const replay = { withoutSites: [], sinceMs: 0, limit: 10 };
    expect((await region.call('POST', '/v1/steering/replay', { ...viewer, body: replay })).status).toBe(200);
    const title = makeTitle('other');
    expectError(await region.call('PUT', '/v1/titles/other', { ...viewer, body: title }), 'auth/forbidden');
    const routes = { importId: 'i', part: 0, parts: 1, routes: [] };
    expectError(await region.call('PUT', '/v1/sites/fjord-1/routes', { ...viewer, body: routes }), 'auth/forbidden');
  });
});
