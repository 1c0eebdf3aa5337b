import { describe, expect, it } from 'vitest';
import { CancelController } from '../ports/cancel-signal.ts';
import { DeliveryWorld, wrongIn } from '../testing/delivery-world.ts';

const expectWhole = (...given: Parameters<typeof wrongIn>): void => expect(wrongIn(...given)).toEqual([]);

/** The time from `sinceMs` to the first request at `server`. */
const askedAfterMs = (world: DeliveryWorld, server: string, sinceMs: number): number =>
  (world.http.exchanges.find((e) => e.serverName === server && e.atMs >= sinceMs)?.atMs ?? Number.NaN) - sinceMs;

describe('with healthy servers', () => {
  it('brings a range from the best one, with Range and no other header', async () => {
    const world = new DeliveryWorld();
    expectWhole(world, await world.fetch({ startByte: 1000, endByte: 300_000 }), 1000, 300_000);
    expect(world.http.exchanges.map(({ request }) => request.headers)).toEqual([{ Range: 'bytes=1000-299999' }]);
    expect(world.http.exchanges[0]?.request.url).toBe('http://a.test/token-1/00112233445566778899aabbccddeeff');
    expect(world.changes).toEqual([{ to: 'a', reason: 'start' }]);
    expect(world.delivered).toEqual([
      { ocaId: 'a', renditionId: 'v1', kind: 'video', segmentNumber: 0, bytes: 299_000, durationMs: 4000 },
    ]);
    expect(world.delivery.ledger().bytes).toMatchObject({ deliveredBytes: 299_000, lostBytes: 0, racedBytes: 0 });
  });

  it('asks before it gives back: whoever begins a play has other work to do then', async () => {
    const world = new DeliveryWorld();
    const fetched = world.fetch();
    expect(world.requests()).toEqual(['a:0-1000000']);
    await fetched;
  });

  it('measures what the server gives', async () => {
    const world = new DeliveryWorld();
    expect(world.delivery.currentThroughputBps()).toBeUndefined();
    await world.fetch();
    expect((world.delivery.currentThroughputBps() ?? 0) / 20_000_000).toBeCloseTo(1, 1);
    const firstChunkMs = (16 * 1024 * 8000) / 20_000_000;
    expect(world.delivery.servers()[0]).toMatchObject({ ocaId: 'a', deliveredBytes: 1_000_000, excludedForMs: 0 });
    expect(world.delivery.servers()[0]?.latencyMs).toBeCloseTo(20 + firstChunkMs);
  });

  it('leaves no timer behind once closed', async () => {
    const world = new DeliveryWorld();
    world.delivery.startProbing();
    await world.fetch();
    world.delivery.close();
    await world.clock.advance(2000);
    expect(world.clock.pendingTimers).toBe(0);
    await expect(world.fetch()).rejects.toMatchObject({ name: 'HttpFailure', kind: 'aborted' });
  });
});

describe('when the server fails in the middle of a range', () => {
  it('goes on after a reset at once, at the byte reached', async () => {
    const world = new DeliveryWorld();
    let diedAtMs = 0;
    world.after(150, () => {
      diedAtMs = world.clock.nowMs();
      world.servers[0]?.kill();
    });
    const fetched = await world.fetch();
    expectWhole(world, fetched);
    expect(askedAfterMs(world, 'b', diedAtMs)).toBeLessThanOrEqual(100);
    const reached = world.handOvers[0]?.atByte ?? 0;
    expect(reached).toBeGreaterThan(0);
    expect(world.requests()).toEqual(['a:0-1000000', `b:${reached}-1000000`]);
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: 'reset', startByte: 0, endByte: 1_000_000 }]);
    expect(world.changes.at(-1)).toEqual({ from: 'a', to: 'b', reason: 'reset' });
    expect(world.delivery.currentOcaId()).toBe('b');
  });

  it('goes on after a hang within 1.5 s, and sooner where the buffer is low', async () => {
    for (const [neededInMs, limitMs] of [
      [10_000, 1500],
      [0, 700],
    ] as const) {
      const world = new DeliveryWorld();
      let hungAtMs = 0;
      world.after(150, () => {
        hungAtMs = world.clock.nowMs();
        world.servers[0]!.fault = { kind: 'silence' };
      });
      expectWhole(world, await world.fetch({ neededInMs }));
      expect(askedAfterMs(world, 'b', hungAtMs)).toBeLessThanOrEqual(limitMs);
      expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: 'stalled' }]);
    }
  });

  it('goes on after a body that ends too early', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.fault = { kind: 'short', afterBytes: 123_456 };
    expectWhole(world, await world.fetch());
    expect(world.requests()).toEqual(['a:0-1000000', 'b:123456-1000000']);
    expect(world.handOvers).toMatchObject([{ reason: 'short', atByte: 123_456 }]);
  });

  it('leaves a server that falls to 200 kbit/s within seconds, long before the buffer is gone', async () => {
    const world = new DeliveryWorld({ averageBps: 1_000_000 });
    await world.fetch({ endByte: 500_000 });
    world.after(100, () => {
      world.servers[0]!.rateBps = 200_000;
    });
    const startedAtMs = world.clock.nowMs();
    const fetched = await world.fetch({ startByte: 500_000, neededInMs: 12_000 });
    expectWhole(world, fetched, 500_000);
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: 'too-slow' }]);
    expect(askedAfterMs(world, 'b', startedAtMs)).toBeLessThan(3000);
    expect(fetched.tookMs).toBeLessThan(6000);
    expect(world.delivery.currentOcaId()).toBe('b');
  });

  it('stays at a slow server where all are slow', async () => {
    const world = new DeliveryWorld({ serverCount: 6, sizeBytes: 200_000 });
    for (const server of world.servers) server.rateBps = 200_000;
    expectWhole(world, await world.fetch({ neededInMs: 2000 }));
    expect(world.handOvers.length).toBeLessThanOrEqual(2);
  });
});

describe('when the server refuses from the start', () => {
  it.each([
    ['refuses connections', { kind: 'refuse' }, 'reset', 100],
    ['answers 503', { kind: 'status', status: 503, retryAfterS: 30 }, 'status', 100],
    ['answers 500', { kind: 'status', status: 500 }, 'status', 100],
    ['lacks the file', { kind: 'status', status: 404 }, 'status', 100],
    ['is silent', { kind: 'silence' }, 'first-byte-late', 1500],
    ['sends heads and no body', { kind: 'hang', afterBytes: 0 }, 'first-byte-late', 1500],
    ['holds another file', { kind: 'other-etag' }, 'other-bytes', 100],
    ['sends another range', { kind: 'other-range' }, 'other-bytes', 100],
    ['holds a file of another length', { kind: 'other-size' }, 'other-bytes', 100],
    ['ignores the range', { kind: 'ignores-range' }, 'other-bytes', 100],
  ] as const)('goes elsewhere when it %s', async (_, fault, outcome, limitMs) => {
    const world = new DeliveryWorld();
    await world.fetch({ endByte: 1000 });
    world.servers[0]!.fault = fault;
    const sinceMs = world.clock.nowMs();
    expectWhole(world, await world.fetch({ startByte: 1000 }), 1000);
    expect(askedAfterMs(world, 'b', sinceMs)).toBeLessThanOrEqual(limitMs);
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'b', reason: outcome, atByte: 1000 }]);
    expect(world.delivery.ledger().entries.map((entry) => entry.outcome)).toEqual(['complete', outcome, 'complete']);
  });

  it('takes a whole file for a range that begins at 0, and no more of it than wanted', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.fault = { kind: 'ignores-range' };
    expectWhole(world, await world.fetch({ endByte: 50_000 }), 0, 50_000);
    expect(world.requests()).toEqual(['a:0-50000']);
    await world.clock.advance(50);
    expect(world.delivery.ledger().bytes.lostBytes).toBeGreaterThan(0);
    expect(world.http.exchanges[0]?.outcome()).toBe('cancelled');
  });

  it('does not come back to a dead server for later ranges', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.servers[0]!.fault = { kind: 'silence' };
    for (let at = 0; at < 1_000_000; at += 100_000) await world.fetch({ startByte: at, endByte: at + 100_000 });
    const [toA, ...rest] = world.requests().filter((request) => request.startsWith('a:'));
    expect(toA).toBe('a:0-100000');
    expect(rest).toEqual([]);
  });

  it('obeys Retry-After for as long as another server exists', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.fault = { kind: 'status', status: 503, retryAfterS: 60 };
    await world.fetch({ endByte: 1000 });
    expect(world.delivery.servers()[0]?.excludedForMs).toBeGreaterThan(59_000);
  });
});

describe('at the start of a play', () => {
  it('races a second server when the first byte of the first is late, and drops the loser at once', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.servers[0]!.latencyMs = 1200;
    const fetched = await world.fetch({ neededInMs: 0 });
    expectWhole(world, fetched);
    expect(world.requests()).toEqual(['a:0-1000000', 'b:0-1000000']);
    expect(askedAfterMs(world, 'b', 0)).toBe(400);
    expect(world.delivery.ledger().entries.map((e) => `${e.ocaId} ${e.outcome}`)).toEqual([
      'a lost-race',
      'b complete',
    ]);
    expect(world.changes).toEqual([{ to: 'b', reason: 'start' }]);
    expect(world.delivery.ledger().bytes.racedBytes).toBeLessThanOrEqual(64 * 1024);
    expect(world.handOvers).toEqual([]);
  });

  it('races sooner when a probe of another server has come back', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.latencyMs = 1200;
    world.delivery.startProbing();
    await world.clock.advance(100);
    const sinceMs = world.clock.nowMs();
    expectWhole(world, await world.fetch({ startByte: 5000, neededInMs: 0 }), 5000);
    expect(askedAfterMs(world, 'b', sinceMs)).toBeLessThan(150);
  });

  it('keeps the first server where it answers before the raced one, and the race only takes place once', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.latencyMs = 500;
    world.servers[1]!.latencyMs = 500;
    expectWhole(world, await world.fetch({ endByte: 100_000, neededInMs: 0 }), 0, 100_000);
    expectWhole(world, await world.fetch({ startByte: 100_000, endByte: 200_000 }), 100_000, 200_000);
    expect(world.requests()).toEqual(['a:0-100000', 'b:0-100000', 'a:100000-200000']);
    expect(world.delivery.currentOcaId()).toBe('a');
  });

  it('survives the loss of both racers', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.servers[0]!.fault = { kind: 'silence' };
    world.servers[1]!.fault = { kind: 'silence' };
    const fetched = await world.fetch({ neededInMs: 0 });
    expectWhole(world, fetched);
    expect(fetched.tookMs).toBeLessThan(2500);
    expect(world.delivery.currentOcaId()).toBe('c');
  });
});

describe('cancelling', () => {
  it('stops at once, also while nothing comes, and says what was delivered', async () => {
    for (const fault of [undefined, { kind: 'silence' }, { kind: 'hang', afterBytes: 30_000 }] as const) {
      const world = new DeliveryWorld();
      world.servers[0]!.fault = fault;
      const cancel = new CancelController();
      let cancelledAtMs = 0;
      world.after(200, () => {
        cancelledAtMs = world.clock.nowMs();
        cancel.cancel();
      });
      await expect(world.fetch({ signal: cancel.signal })).rejects.toMatchObject({
        name: 'HttpFailure',
        kind: 'aborted',
      });
      expect(world.clock.nowMs()).toBe(cancelledAtMs);
      const { entries, bytes } = world.delivery.ledger();
      expect(entries.map(({ outcome }) => outcome)).toEqual(['cancelled']);
      expect(bytes.deliveredBytes).toBe(entries[0]?.deliveredTo);
      expect(world.requests()).toHaveLength(1);
    }
  });

  it('does nothing at all where the signal has fired before', async () => {
    const world = new DeliveryWorld();
    const cancel = new CancelController();
    cancel.cancel();
    await expect(world.fetch({ signal: cancel.signal })).rejects.toMatchObject({ kind: 'aborted' });
    expect(world.http.exchanges).toEqual([]);
  });

  it('passes on what the engine throws, and stops the transfer', async () => {
    const world = new DeliveryWorld();
    const broken = world.delivery.fetchRange({
      rendition: world.rendition,
      segmentNumber: 0,
      startByte: 0,
      endByte: 1000,
      neededInMs: 0,
      onBytes: () => {
        throw new Error('The engine is gone.');
      },
    });
    await expect(world.clock.resolve(broken)).rejects.toThrow('engine is gone');
    expect(world.http.exchanges[0]?.outcome()).toBe('cancelled');
  });
});

describe('wrong calls', () => {
  it('name a range that does not exist', async () => {
    const world = new DeliveryWorld();
    await expect(world.fetch({ endByte: 1_000_001 })).rejects.toMatchObject({ code: 'delivery/range-unsatisfiable' });
    expect(world.http.exchanges).toEqual([]);
  });

  it('say so when every server calls a range unsatisfiable', async () => {
    const world = new DeliveryWorld();
    for (const server of world.servers) server.fault = { kind: 'status', status: 416 };
    await expect(world.fetch()).rejects.toMatchObject({ code: 'delivery/range-unsatisfiable' });
  });
});
