import { describe, expect, it } from 'vitest';
import { DeliveryWorld, FILE_ID, wrongIn } from '../testing/delivery-world.ts';

const expectWhole = (...given: Parameters<typeof wrongIn>): void => expect(wrongIn(...given)).toEqual([]);

describe('when no server is left', () => {
  it('ends in the typed error after asking for fresh grants now and then, within bounded time', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    for (const server of world.servers) server.kill();
    await expect(world.fetch({ neededInMs: 0 })).rejects.toMatchObject({
      code: 'delivery/no-server-left',
      context: { fileId: world.rendition.fileId, attempts: expect.arrayContaining(['a:reset', 'b:reset', 'c:reset']) },
    });
    expect(new Set(world.renewals)).toEqual(new Set(['no-server-left']));
    expect(world.renewals.length).toBeGreaterThan(1);
    expect(world.renewals.length).toBeLessThan(6);
    expect(world.clock.nowMs()).toBeGreaterThan(30_000);
    expect(world.clock.nowMs()).toBeLessThan(50_000);
  });

  it('ends soon where the servers answer, and all refuse', async () => {
    for (const [status, limitMs] of [
      [404, 1000],
      [503, 6000],
    ] as const) {
      const world = new DeliveryWorld({ serverCount: 3 });
      for (const server of world.servers) server.fault = { kind: 'status', status };
      await expect(world.fetch({ neededInMs: 0 })).rejects.toMatchObject({ code: 'delivery/no-server-left' });
      expect(world.clock.nowMs()).toBeLessThan(limitMs);
    }
  });

  it('waits while the buffer lasts: a network that comes back in time is not the end', async () => {
    const world = new DeliveryWorld();
    for (const server of world.servers) server.kill();
    world.after(7000, () => {
      for (const server of world.servers) server.fault = undefined;
    });
    const fetched = await world.fetch({ neededInMs: 15_000 });
    expectWhole(world, fetched);
    expect(fetched.tookMs).toBeLessThan(12_000);
  });

  it('is patient anew whenever the range has moved on', async () => {
    const world = new DeliveryWorld({ serverCount: 1 });
    const [a] = world.servers;
    for (const fromMs of [100, 4100, 8100]) {
      world.after(fromMs, () => a!.kill());
      world.after(fromMs + 3000, () => {
        a!.fault = undefined;
        a!.rateBps = 2_000_000;
      });
    }
    const fetched = await world.fetch({ neededInMs: 0 });
    expectWhole(world, fetched);
    expect(fetched.tookMs).toBeGreaterThan(8000);
  });

  it('does not ask a server with other bytes again for this file, unless a fresh grant names it', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.fault = { kind: 'other-etag' };
    await world.fetch({ endByte: 1000 });
    world.servers[0]!.fault = undefined;
    world.servers[1]!.kill();
    await world.clock.advance(60_000);
    await expect(world.fetch()).rejects.toMatchObject({ code: 'delivery/no-server-left' });
    world.delivery.use({ ...world.grant });
    expectWhole(world, await world.fetch());
  });

  it('goes on with the servers of a fresh grant', async () => {
    const world: DeliveryWorld = new DeliveryWorld({
      renewGrant: async (_reason, { http, rendition, file, grant }) => {
        const fresh = http.add('z');
        fresh.files.set(rendition.fileId, { bytes: file, etag: rendition.etag });
        const server = { ocaId: 'z', siteId: 'z', siteClass: 'embedded' as const, baseUrl: fresh.baseUrl, rank: 0 };
        return { ...grant, token: 'token-2', servers: [server], fileServers: { [rendition.fileId]: [0] } };
      },
    });
    world.after(150, () => {
      for (const server of world.servers) server.kill();
    });
    const fetched = await world.fetch();
    expectWhole(world, fetched);
    expect(fetched.tookMs).toBeLessThan(1500);
    expect(world.delivery.currentOcaId()).toBe('z');
  });

  it('finishes on long ways: when every server is late, later rounds wait longer', async () => {
    const world = new DeliveryWorld();
    for (const server of world.servers) server.latencyMs = 2000;
    expectWhole(world, await world.fetch({ neededInMs: 0 }));
  });
});

describe('tokens', () => {
  const expiring = (world: DeliveryWorld, valid: string): void => {
    for (const server of world.servers) {
      server.respond = ({ url }) => {
        if (url.includes(`/${valid}/`)) return undefined;
        const body = Buffer.from(JSON.stringify({ error: { code: 'token/expired', message: '', context: {} } }));
        return { status: 403, body };
      };
    }
  };

  it('are renewed once for all ranges when they have expired, and the server is asked again', async () => {
    const world: DeliveryWorld = new DeliveryWorld({
      renewGrant: (_reason, { grant, clock }) => clock.sleep(50).then(() => ({ ...grant, token: 'token-2' })),
    });
    expiring(world, 'token-2');
    const [first, second] = [world.fetch({ endByte: 10_000 }), world.fetch({ startByte: 10_000, endByte: 20_000 })];
    await Promise.all([first, second]);
    expect(world.renewals).toEqual(['token-expired']);
    expect(world.http.exchanges.map(({ serverName }) => serverName)).toEqual(['a', 'a', 'a', 'a']);
    expect(world.handOvers).toEqual([]);
  });

  it('end the play with a typed error where the renewal does not help', async () => {
    const world = new DeliveryWorld({ renewGrant: async (_reason, { grant }) => ({ ...grant, token: 'token-2' }) });
    expiring(world, 'another');
    await expect(world.fetch()).rejects.toMatchObject({ code: 'delivery/token-expired' });
    expect(world.renewals).toEqual(['token-expired']);
  });

  it('are renewed again in a later round: the region asked first may be one whose clock is wrong', async () => {
    let asked = 0;
    const world: DeliveryWorld = new DeliveryWorld({
      serverCount: 3,
      renewGrant: async (reason, { grant }) => {
        if (reason === 'token-expired') asked++;
        return { ...grant, token: reason === 'token-expired' && asked > 1 ? 'valid' : `over-${asked}` };
      },
    });
    expiring(world, 'valid');
    // One that says nothing: there is hope, and another round.
    world.servers[2]!.kill();
    expectWhole(world, await world.fetch({ neededInMs: 10_000 }));
    expect(world.renewals.filter((reason) => reason === 'token-expired')).toHaveLength(2);
  });

  it('that come late, for somebody else, are tried before a range is given up', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    expiring(world, 'token-2');
    world.servers[1]!.fault = { kind: 'hang', afterBytes: 0 };
    await expect(world.fetch({ neededInMs: 0 })).rejects.toMatchObject({ code: 'delivery/no-server-left' });
    const again: DeliveryWorld = new DeliveryWorld({ serverCount: 2 });
    expiring(again, 'token-2');
    again.servers[1]!.fault = { kind: 'hang', afterBytes: 0 };
    // The first server has refused the old token in this last round already.
    again.after(world.clock.nowMs() - 1, () => again.delivery.use({ ...again.grant, token: 'token-2' }));
    expectWhole(again, await again.fetch({ neededInMs: 0 }));
  });

  it('that every server rejects end the play with a typed error; one server that rejects is left', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.fault = { kind: 'status', status: 403, code: 'token/bad-signature' };
    expectWhole(world, await world.fetch());
    world.servers[1]!.fault = { kind: 'status', status: 403, code: 'token/bad-signature' };
    await expect(world.fetch()).rejects.toMatchObject({ code: 'delivery/token-rejected' });
  });

  it('are renewed ahead of their end, beside the media', async () => {
    const world: DeliveryWorld = new DeliveryWorld({
      renewGrant: async (_reason, { grant, clock }) => ({
        ...grant,
        token: 'token-2',
        expiresAtMs: clock.nowMs() + 1e6,
      }),
    });
    world.delivery.use({ ...world.grant, expiresAtMs: 100_000 });
    await world.fetch({ endByte: 1000 });
    expect(world.renewals).toEqual([]);
    await world.clock.advance(85_000);
    await world.fetch({ endByte: 1000 });
    await world.fetch({ endByte: 1000 });
    expect(world.renewals).toEqual(['token-expired']);
    expect(world.http.exchanges.at(-1)?.request.url).toContain('/token-2/');
  });

  it('that have expired meanwhile are not sent: the renewal comes first, once', async () => {
    const world: DeliveryWorld = new DeliveryWorld({
      renewGrant: (_reason, { grant, clock }) =>
        clock.sleep(50).then(() => ({ ...grant, token: 'token-2', expiresAtMs: clock.nowMs() + 1e6 })),
    });
    world.delivery.use({ ...world.grant, expiresAtMs: 100_000 });
    await world.clock.advance(200_000);
    expiring(world, 'token-2');
    await Promise.all([world.fetch({ endByte: 10_000 }), world.fetch({ startByte: 10_000, endByte: 20_000 })]);
    expect(world.renewals).toEqual(['token-expired']);
    expect(world.http.exchanges).toHaveLength(2);
  });

  it('that have expired are tried all the same where no region renews them: servers may be more lenient', async () => {
    const world = new DeliveryWorld();
    world.delivery.use({ ...world.grant, expiresAtMs: 100_000 });
    await world.clock.advance(200_000);
    expectWhole(world, await world.fetch());
  });
});

describe('a server that a new grant takes off every file', () => {
  it('is no longer the preferred one, and the change is told', async () => {
    const world = new DeliveryWorld();
    await world.fetch({ endByte: 1000 });
    world.delivery.use({ ...world.grant, fileServers: { [FILE_ID]: [1] } });
    await world.fetch({ endByte: 1000 });
    expect(world.delivery.currentOcaId()).toBe('b');
    expect(world.changes.at(-1)).toEqual({ from: 'a', to: 'b', reason: 'other-bytes' });
  });
});
