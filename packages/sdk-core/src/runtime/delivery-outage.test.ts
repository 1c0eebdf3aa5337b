import { describe, expect, it } from 'vitest';
import { DeliveryWorld } from '../testing/delivery-world.ts';
import { asSegment } from '../testing/sample-segment.ts';
import { patternBytes, type ScriptedFault } from '../testing/scripted-http.ts';

function fail(world: DeliveryWorld, fault: ScriptedFault | undefined): void {
  for (const server of world.servers) server.fault = fault;
}

describe('a network that is gone for a while', () => {
  it.each([
    ['refuses everything', { kind: 'refuse' }],
    ['swallows everything', { kind: 'silence' }],
  ] as const)('and %s ends no play, even with nothing buffered', async (_, fault) => {
    const world = new DeliveryWorld({ serverCount: 10 });
    world.after(100, () => fail(world, fault));
    world.after(25_000, () => fail(world, undefined));
    const fetched = await world.fetch({ neededInMs: 2000 });
    expect(Buffer.compare(fetched.bytes, world.file)).toBe(0);
    expect(fetched.problems).toEqual([]);
    expect(fetched.tookMs).toBeLessThan(32_000);
  });

  it('is forgiven to all servers with the first sign of life', async () => {
    const world = new DeliveryWorld({ serverCount: 4 });
    world.after(100, () => fail(world, { kind: 'refuse' }));
    world.after(20_000, () => fail(world, undefined));
    await world.fetch({ neededInMs: 2000 });
    expect(world.delivery.servers().map(({ excludedForMs }) => excludedForMs)).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['refuses everything', { kind: 'refuse' }],
    ['swallows everything', { kind: 'silence' }],
  ] as const)('and %s is no flood of events: a move is told when media come from the new server', async (_, fault) => {
    const world = new DeliveryWorld({ serverCount: 10 });
    world.after(100, () => fail(world, fault));
    world.after(24_900, () => expect([world.changes, world.handOvers]).toEqual([[{ to: 'a', reason: 'start' }], []]));
    world.after(25_000, () => fail(world, undefined));
    await world.fetch({ neededInMs: 2000 });
    expect(world.handOvers.length).toBeLessThanOrEqual(1);
    expect(world.changes.length).toBeLessThanOrEqual(2);
    const tried = new Set(world.http.exchanges.filter(({ range }) => range?.[0]).map(({ serverName }) => serverName));
    expect(tried.size).toBe(10);
  });

  it('tells one move from the server that was left to the one that goes on, whoever was tried between', async () => {
    const world = new DeliveryWorld({ serverCount: 4 });
    world.after(100, () => world.servers[0]!.kill());
    for (const server of world.servers.slice(1, 3)) server.fault = { kind: 'silence' };
    await world.fetch();
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'd', reason: 'reset' }]);
    expect(world.changes.slice(1)).toEqual([{ from: 'a', to: 'd', reason: 'reset' }]);
  });

  it('wakes all ranges with the first sign of life, not each by its own clock', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    fail(world, { kind: 'refuse' });
    world.after(300, () => void world.fetch({ startByte: 200_000, endByte: 300_000 }));
    world.after(15_900, () => fail(world, undefined));
    await world.fetch({ endByte: 100_000 });
    const [first, second, ...more] = world.http.exchanges.filter(({ status }) => status === 206);
    expect([first?.range?.[0], second?.range?.[0], more]).toEqual([0, 200_000, []]);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeLessThan(100);
  });

  it('that does not come back ends the range with a typed error, in bounded time and without a storm of requests', async () => {
    for (const kind of ['refuse', 'silence'] as const) {
      const world = new DeliveryWorld({ serverCount: 10 });
      fail(world, { kind });
      await expect(world.fetch({ neededInMs: 9000 })).rejects.toMatchObject({ code: 'delivery/no-server-left' });
      expect(world.clock.nowMs()).toBeGreaterThan(39_000);
      expect(world.clock.nowMs()).toBeLessThan(75_000);
      expect(world.http.exchanges.length).toBeLessThan(250);
      world.delivery.close();
      await world.clock.advance(20_000);
      expect(world.clock.pendingTimers).toBe(0);
    }
  });

  it('is none where only the file’s servers are silent: nobody is forgiven for that', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    for (const server of world.servers.slice(0, 2)) server.fault = { kind: 'refuse' };
    await world.fetch();
    expect(world.delivery.servers().map(({ excludedForMs }) => excludedForMs > 0)).toEqual([true, true, false]);
  });
});

describe('a server that another range finds dead', () => {
  it('is left at once by a range that waits for it too', async () => {
    const world = new DeliveryWorld({ serverCount: 2, sizeBytes: 2_000_000 });
    const [a] = world.servers;
    await world.fetch({ endByte: 10_000 });
    // One range has a low buffer and so a short deadline, the other a comfortable one.
    const audio = world.fetch({ startByte: 10_000, endByte: 500_000, neededInMs: 0 });
    const video = world.fetch({ startByte: 500_000, endByte: 1_500_000, neededInMs: 20_000 });
    world.after(60, () => {
      if (a) a.fault = { kind: 'silence' };
    });
    await Promise.all([audio, video]);
    const left = world.handOvers.filter(({ reason }) => reason === 'stalled');
    expect(left.map(({ from, to }) => `${from}${to}`)).toEqual(['ab', 'ab']);
    expect((left[1]?.atMs ?? 0) - (left[0]?.atMs ?? 0)).toBeLessThan(50);
  });

  it('is kept by a range whose own bytes flow', async () => {
    const world = new DeliveryWorld({ serverCount: 2, sizeBytes: 2_000_000 });
    const [a] = world.servers;
    await world.fetch({ endByte: 10_000 });
    const flowing = world.fetch({ startByte: 1_000_000, neededInMs: 20_000 });
    world.after(100, () => {
      if (a) a.respond = () => ({ status: 500, body: new Uint8Array() });
    });
    world.after(150, () => void world.fetch({ startByte: 10_000, endByte: 20_000 }));
    await flowing;
    expect(world.requests()).toEqual(['a:0-10000', 'a:1000000-2000000', 'a:10000-20000', 'b:10000-20000']);
  });

  it('is kept where there is nobody else', async () => {
    const world = new DeliveryWorld({ serverCount: 1, sizeBytes: 2_000_000 });
    const [a] = world.servers;
    world.after(60, () => {
      if (a) a.fault = { kind: 'silence' };
    });
    world.after(3000, () => {
      if (a) a.fault = undefined;
    });
    const both = [world.fetch({ endByte: 500_000, neededInMs: 0 }), world.fetch({ startByte: 500_000 })];
    for (const { bytes } of await Promise.all(both)) expect(bytes.length).toBeGreaterThan(0);
  });
});

describe('a server that sends damaged segments', () => {
  /** Its fragment names four billion samples. */
  function damage(world: DeliveryWorld, index: number): void {
    const server = world.servers[index];
    const bytes = world.file.slice();
    bytes[Buffer.from(bytes).indexOf('trun') + 8] = 0xff;
    server?.files.set(world.rendition.fileId, { bytes, etag: world.rendition.etag });
  }

  it('is left before the engine gets a damaged byte, and not asked for the file again', async () => {
    const world = new DeliveryWorld({ checksSegments: true, serverCount: 3 });
    damage(world, 0);
    const fetched = await world.fetch();
    expect(Buffer.compare(fetched.bytes, world.file)).toBe(0);
    expect(fetched.problems).toEqual([]);
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: 'other-bytes', atByte: 0 }]);
    expect(world.delivery.ledger().bytes.lostBytes).toBeGreaterThan(0);
    await world.fetch();
    expect(world.requests().filter((request) => request.startsWith('a:'))).toHaveLength(1);
  });

  it('ends the range with a typed error where all do', async () => {
    const world = new DeliveryWorld({ checksSegments: true });
    damage(world, 0);
    damage(world, 1);
    await expect(world.fetch()).rejects.toMatchObject({ code: 'delivery/no-server-left' });
  });

  /** Two fragments; the bytes of the first one's `mdat` size as given. */
  function twoFragments(sizeBytes: number, more = 0): Buffer {
    const half = asSegment(patternBytes(sizeBytes / 2));
    const bytes = Buffer.concat([half, half]);
    const at = bytes.indexOf('mdat') - 4;
    bytes.writeUInt32BE(bytes.readUInt32BE(at) + more, at);
    return bytes;
  }

  it('without a sign at first, blames no other server when the rest does not fit: the segment comes anew, without it', async () => {
    const world = new DeliveryWorld({ checksSegments: true, serverCount: 3 });
    const { fileId, etag } = world.rendition;
    world.servers.forEach(({ files }, index) => {
      files.set(fileId, { bytes: twoFragments(world.file.length, index === 0 ? 3000 : 0), etag });
    });
    await expect(world.fetch()).rejects.toMatchObject({ code: 'media/decode', context: { atByte: 503_000 } });
    expect(world.delivery.ledger().entries).toMatchObject([
      { ocaId: 'a', requestedFrom: 0, deliveredTo: 503_000, outcome: 'other-bytes' },
      { ocaId: 'b', requestedFrom: 503_000, deliveredTo: 503_000, outcome: 'cancelled' },
    ]);
    world.delivery.use({ ...world.grant, fileServers: { [fileId]: [1, 2] } });
    const fetched = await world.fetch();
    expect(Buffer.compare(fetched.bytes, twoFragments(world.file.length))).toBe(0);
    expect(fetched.problems).toEqual([]);
    expect(world.requests()).toEqual(['a:0-1000000', 'b:503000-1000000', 'b:0-1000000']);
  });

  it('in the middle of a segment is left there, where its own bytes alone are wrong', async () => {
    const world = new DeliveryWorld({ checksSegments: true });
    const { fileId, etag } = world.rendition;
    const whole = twoFragments(world.file.length);
    const damaged = Buffer.from(whole);
    damaged[500_000] = 0xff;
    world.servers.forEach(({ files }, index) => {
      files.set(fileId, { bytes: index === 0 ? damaged : whole, etag });
    });
    const fetched = await world.fetch();
    expect(Buffer.compare(fetched.bytes, whole)).toBe(0);
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: 'other-bytes', atByte: 500_000 }]);
  });

  it('does no harm with parts of segments, which have no boxes of their own', async () => {
    const world = new DeliveryWorld({ checksSegments: true });
    const { bytes } = await world.fetch({ startByte: 1000, endByte: 5000 });
    expect(Buffer.compare(bytes, world.file.subarray(1000, 5000))).toBe(0);
  });
});

describe('where all servers are silent but those that call the token expired', () => {
  const worldOf = (expiresAtMs: number): DeliveryWorld => {
    const world = new DeliveryWorld();
    world.delivery.use({ ...world.grant, expiresAtMs });
    const [a, b] = world.servers;
    if (a) a.fault = { kind: 'status', status: 403, code: 'token/expired' };
    b?.kill();
    return world;
  };

  it('a range ends for want of a token that is over: a fresh one would do', async () => {
    const world = worldOf(1000);
    await expect(world.fetch({ neededInMs: 2000 })).rejects.toMatchObject({ code: 'delivery/token-expired' });
  });

  it('and wrongly so, it ends for want of a server', async () => {
    const world = worldOf(6 * 3_600_000);
    await expect(world.fetch({ neededInMs: 2000 })).rejects.toMatchObject({ code: 'delivery/no-server-left' });
  });
});
