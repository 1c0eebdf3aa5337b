import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelController } from '../ports/cancel-signal.ts';
import { DeliveryWorld, type Fetched } from '../testing/delivery-world.ts';
import type { ScriptedFault } from '../testing/scripted-http.ts';

const SLOW_BPS = 400_000;

/** Server `a` is known to be fast and becomes slow; the others are fast and have answered. The range is needed soon. */
async function slowWorld(serverCount = 3): Promise<DeliveryWorld> {
  const world = new DeliveryWorld({ serverCount, sizeBytes: 2_000_000 });
  for (const server of world.servers) Object.assign(server, { rateBps: 8_000_000, chunkBytes: 4096 });
  world.delivery.startProbing();
  await world.fetch({ endByte: 500_000 });
  const [a] = world.servers;
  if (a) a.rateBps = SLOW_BPS;
  return world;
}

const fetchRest = (world: DeliveryWorld, meanwhile?: () => void): Promise<Fetched> =>
  world.fetch({ startByte: 500_000, neededInMs: 6000 }, meanwhile);

function expectRest(world: DeliveryWorld, fetched: Fetched): void {
  expect(Buffer.compare(fetched.bytes, world.file.subarray(500_000))).toBe(0);
  expect(fetched.problems).toEqual([]);
  expectAllCounted(world);
}

/** What servers sent of media is in the accounts, each byte in one. */
function expectAllCounted(world: DeliveryWorld): void {
  const sent = world.http.exchanges
    .filter(({ status }) => status === 206 || status === 200)
    .reduce((sum, exchange) => sum + exchange.sentBytes(), 0);
  const { deliveredBytes, lostBytes, racedBytes, probeBytes } = world.delivery.ledger().bytes;
  expect(deliveredBytes + lostBytes + racedBytes + probeBytes).toBe(sent);
}

/** The ranges asked for after the first fetch, with who was asked. */
const asked = (world: DeliveryWorld): readonly { server: string; from: number; to: number }[] =>
  world
    .requests()
    .slice(1)
    .map((request) => {
      const [server = '', range = ''] = request.split(':');
      const [from, to] = range.split('-').map(Number);
      return { server, from: from ?? Number.NaN, to: to ?? Number.NaN };
    });

describe('a range that will be late', () => {
  it('gets its end from another server while the first goes on to the meeting point', async () => {
    const world = await slowWorld();
    // As fast as a server is assumed to be that only a probe has reached.
    for (const server of world.servers.slice(1)) server.rateBps = 5_000_000;
    const fetched = await fetchRest(world);
    expectRest(world, fetched);
    const [first, second, third, ...more] = asked(world);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ server: 'a', from: 500_000, to: 2_000_000 });
    expect(second?.from).toBeGreaterThan(550_000);
    expect(second?.to).toBe(2_000_000);
    const lastOfFirst = third?.from;
    expect(world.handOvers).toMatchObject([{ from: 'a', to: second?.server, reason: 'hedge', atByte: lastOfFirst }]);
    const entries = world.delivery.ledger().entries.slice(-3);
    expect(
      entries.map(({ ocaId, requestedFrom, deliveredTo, outcome }) => [ocaId, requestedFrom, deliveredTo, outcome]),
    ).toEqual([
      ['a', 500_000, lastOfFirst, 'hedge'],
      [third?.server, lastOfFirst, second?.from, 'hedge'],
      [second?.server, second?.from, 2_000_000, 'complete'],
    ]);
    expect(fetched.tookMs).toBeLessThan(6000);
    // A chunk across the meeting point would bring again what the other server was asked for.
    expect(world.delivery.ledger().bytes.lostBytes).toBe(0);
    expect((second?.from ?? 0) - (lastOfFirst ?? 0)).toBeLessThanOrEqual(4096);
    expect(world.delivery.currentOcaId()).toBe(second?.server);
  });

  it('whose first server dies meanwhile gets only the gap from elsewhere', async () => {
    const world = await slowWorld();
    const fetched = await fetchRest(world, () => {
      const check = (): void => {
        if (asked(world).length < 2) world.after(10, check);
        else world.servers[0]?.kill();
      };
      world.after(10, check);
    });
    expectRest(world, fetched);
    const [, second, third, ...more] = asked(world);
    expect(more).toEqual([]);
    expect(third?.to).toBe(second?.from);
    expect(world.handOvers.map(({ reason }) => reason)).toEqual(
      third?.server === second?.server ? ['reset'] : ['reset', 'hedge'],
    );
  });

  it('whose helper never answers goes on where it is', async () => {
    const world = await slowWorld(2);
    const [, b] = world.servers;
    if (b) b.fault = { kind: 'silence' };
    expectRest(world, await fetchRest(world));
    expect(world.delivery.ledger().entries.at(-1)).toMatchObject({ ocaId: 'a', outcome: 'complete' });
    expect(world.handOvers).toEqual([]);
  });

  it('takes not one byte from a helper with another file', async () => {
    const world = await slowWorld(2);
    const [, b] = world.servers;
    if (b) b.fault = { kind: 'other-etag' };
    expectRest(world, await fetchRest(world));
    expect(world.delivery.servers()[1]?.deliveredBytes).toBe(0);
  });

  it('keeps what a helper brought before it died, and asks for that no second time', async () => {
    const world = await slowWorld();
    const b = { kind: 'reset', afterBytes: 600_000 } as const;
    for (const server of world.servers.slice(1)) server.fault = b;
    expectRest(world, await fetchRest(world));
    const [, second, ...later] = asked(world);
    const meetByte = second?.from ?? 0;
    expect(later.find(({ to }) => to > meetByte)?.from).toBe(meetByte + 600_000);
  });

  it('leaves the first one for the gap where that has become all that is missing', async () => {
    const world = await slowWorld();
    const fetched = await fetchRest(world, () => {
      const check = (): void => {
        if (asked(world).length < 2) world.after(10, check);
        else Object.assign(world.servers[0] ?? {}, { rateBps: 60_000 });
      };
      world.after(10, check);
    });
    expectRest(world, fetched);
    expect(fetched.tookMs).toBeLessThan(6000);
  });

  it('stops both halves when it is cancelled, and leaves nothing behind', async () => {
    const world = await slowWorld();
    const cancel = new CancelController();
    const fetching = world.fetch({ startByte: 500_000, neededInMs: 6000, signal: cancel.signal }, () => {
      const check = (): void => {
        if (asked(world).length < 2) world.after(10, check);
        else world.after(200, () => cancel.cancel());
      };
      world.after(10, check);
    });
    await expect(fetching).rejects.toMatchObject({ kind: 'aborted' });
    await world.clock.advance(0);
    expect(world.http.exchanges.slice(-2).map((exchange) => exchange.outcome())).toEqual(['cancelled', 'cancelled']);
    expect(world.delivery.ledger().bytes.lostBytes).toBeGreaterThan(100_000);
    expectAllCounted(world);
    world.delivery.close();
    await world.clock.advance(2000);
    expect(world.clock.pendingTimers).toBe(0);
  });
});

describe('at the start of a play, with nothing buffered', () => {
  it('a first server that crawls is helped within a second by one that answered its probe', async () => {
    const world = new DeliveryWorld({ sizeBytes: 400_000, serverCount: 3 });
    const [a] = world.servers;
    if (a) Object.assign(a, { rateBps: 300_000, chunkBytes: 1460 });
    world.delivery.startProbing();
    const fetched = await world.fetch({ neededInMs: 1000 });
    expect(Buffer.compare(fetched.bytes, world.file)).toBe(0);
    expect(fetched.problems).toEqual([]);
    const askedAtMs = world.http.exchanges.find(({ range }) => range?.[1] === 400_000 && range[0] > 0)?.atMs;
    expect(askedAtMs).toBeLessThan(1000);
    expect(fetched.tookMs).toBeLessThan(1500);
  });
});

it('however servers fail, slow down and come back, both halves are the right bytes, once each, and all are counted', async () => {
  const fault: fc.Arbitrary<ScriptedFault | undefined> = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom<ScriptedFault>(
      { kind: 'refuse' },
      { kind: 'silence' },
      { kind: 'other-etag' },
      { kind: 'status', status: 503 },
    ),
    fc.record({
      kind: fc.constantFrom('hang', 'reset', 'short'),
      afterBytes: fc.nat(600_000),
    }) as fc.Arbitrary<ScriptedFault>,
  );
  const phase = fc.record({
    server: fc.nat(3),
    afterMs: fc.integer({ min: 200, max: 3000 }),
    fault,
    rateBps: fc.constantFrom(100_000, 1_000_000, 8_000_000),
  });
  const given = fc.record({
    phases: fc.array(phase, { maxLength: 8 }),
    neededInMs: fc.constantFrom(0, 2000, 6000),
    cancelAfterMs: fc.option(fc.integer({ min: 500, max: 5000 }), { freq: 4 }),
  });
  let hedgeCount = 0;
  await fc.assert(
    fc.asyncProperty(given, async ({ phases, neededInMs, cancelAfterMs }) => {
      const world = await slowWorld(4);
      const cancel = new CancelController();
      const fetching = world.fetch({ startByte: 500_000, neededInMs, signal: cancel.signal }, () => {
        for (const { server, afterMs, fault, rateBps } of phases)
          world.after(afterMs, () => Object.assign(world.servers[server] ?? {}, { fault, rateBps }));
        // In the end all are well, so that the range always can be.
        world.after(12_000, () => {
          for (const server of world.servers) Object.assign(server, { fault: undefined, rateBps: 8_000_000 });
        });
        if (cancelAfterMs !== null) world.after(cancelAfterMs, () => cancel.cancel());
      });
      const outcome = await fetching.catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(['aborted', 'delivery/no-server-left']).toContain(Object(outcome).kind ?? Object(outcome).code);
      } else {
        const { bytes, problems } = outcome as Fetched;
        expect(Buffer.compare(bytes, world.file.subarray(500_000))).toBe(0);
        expect(problems).toEqual([]);
      }
      hedgeCount += world.handOvers.filter(({ reason }) => reason === 'hedge').length;
      await world.clock.advance(20_000);
      expectAllCounted(world);
      world.delivery.close();
      await world.clock.advance(2000);
      expect(world.clock.pendingTimers).toBe(0);
    }),
    { numRuns: 100 },
  );
  expect(hedgeCount).toBeGreaterThan(5);
}, 300_000);
