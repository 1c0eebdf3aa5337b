import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlayerError } from '../errors/player-error.ts';
import { DeliveryWorld } from '../testing/delivery-world.ts';
import type { ScriptedFault } from '../testing/scripted-http.ts';

const afterBytes = fc.integer({ min: 0, max: 400_000 });
const breakKind = fc.constantFrom('hang', 'reset', 'short');
const fault: fc.Arbitrary<ScriptedFault> = fc.oneof(
  fc.constantFrom<ScriptedFault>(
    { kind: 'refuse' },
    { kind: 'silence' },
    { kind: 'other-etag' },
    { kind: 'other-range' },
    { kind: 'other-size' },
    { kind: 'ignores-range' },
  ),
  fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(403, 404, 416, 429, 500, 503) }),
  fc.record({ kind: breakKind, afterBytes }) as fc.Arbitrary<ScriptedFault>,
);

/** What a server does over time: at `atMs` it becomes so. */
const phase = fc.record({
  atMs: fc.integer({ min: 0, max: 3000 }),
  fault: fc.option(fault, { nil: undefined }),
  rateBps: fc.constantFrom(150_000, 1_000_000, 20_000_000),
  latencyMs: fc.constantFrom(1, 30, 700),
});
const script = fc.array(phase, { maxLength: 5 });

const setting = fc.record({
  scripts: fc.array(script, { minLength: 0, maxLength: 5 }),
  healthyAt: fc.nat(5),
  ranges: fc.array(
    fc.record({ sizeBytes: fc.integer({ min: 1, max: 400_000 }), neededInMs: fc.constantFrom(0, 3000, 20_000) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  isOneSite: fc.boolean(),
  isProbing: fc.boolean(),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function worldOf(
  { scripts, ranges, isOneSite, isProbing }: Setting,
  serverCount: number,
  scriptOf: (index: number) => Setting['scripts'][number],
) {
  const sizeBytes = ranges.reduce((sum, range) => sum + range.sizeBytes, 5000);
  const world = new DeliveryWorld({ serverCount, sizeBytes, ...(isOneSite ? { siteOf: () => 'one' } : {}) });
  world.servers.forEach((server, index) => {
    for (const { atMs, fault, rateBps, latencyMs } of scriptOf(index)) {
      world.after(atMs, () => {
        server.fault = fault;
        server.rateBps = rateBps;
        server.latencyMs = latencyMs;
      });
    }
  });
  if (isProbing) world.delivery.startProbing();
  return { world, scripts };
}

it('one healthy server is enough: whatever the others do, the bytes are right, once each, and in bounded time', async () => {
  await fc.assert(
    fc.asyncProperty(setting, async (given) => {
      const healthyAt = given.healthyAt % (given.scripts.length + 1);
      const { world } = worldOf(given, given.scripts.length + 1, (index) =>
        index === healthyAt ? [] : (given.scripts[index > healthyAt ? index - 1 : index] ?? []),
      );
      let startByte = 0;
      for (const { sizeBytes, neededInMs } of given.ranges) {
        const endByte = startByte + sizeBytes;
        const fetched = await world.fetch({ startByte, endByte, neededInMs });
        expect(Buffer.compare(fetched.bytes, world.file.subarray(startByte, endByte))).toBe(0);
        expect(fetched.problems).toEqual([]);
        expect(fetched.tookMs).toBeLessThan(60_000);
        startByte = endByte;
      }
      expect(world.delivery.ledger().bytes.deliveredBytes).toBe(startByte);
      world.delivery.close();
      await world.clock.advance(2000);
    }),
    { numRuns: 100 },
  );
}, 300_000);

it('with no healthy server it ends in a typed error or in the right bytes, never in anything else, in bounded time', async () => {
  const deadly = fc.array(fault, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(setting, deadly, async (given, faults) => {
      const { world } = worldOf(given, faults.length, () => []);
      world.servers.forEach((server, index) => {
        server.fault = faults[index];
      });
      const endByte = given.ranges[0]?.sizeBytes ?? 1;
      const startedAtMs = world.clock.nowMs();
      try {
        const fetched = await world.fetch({ endByte, neededInMs: given.ranges[0]?.neededInMs ?? 0 });
        expect(Buffer.compare(fetched.bytes, world.file.subarray(0, endByte))).toBe(0);
        expect(fetched.problems).toEqual([]);
      } catch (error) {
        expect(isPlayerError(error) && error.code.startsWith('delivery/'), String(error)).toBe(true);
      }
      expect(world.clock.nowMs() - startedAtMs).toBeLessThan(120_000);
      world.delivery.close();
      await world.clock.advance(2000);
      expect(world.clock.pendingTimers).toBe(0);
    }),
    { numRuns: 100 },
  );
}, 300_000);

it('cancelled at any moment it stops at once and what was delivered is a prefix', async () => {
  await fc.assert(
    fc.asyncProperty(setting, fc.integer({ min: 0, max: 4000 }), async (given, cancelAfterMs) => {
      const { world } = worldOf(given, given.scripts.length + 1, (index) => given.scripts[index] ?? []);
      const chunks: Uint8Array[] = [];
      world.after(cancelAfterMs, () => world.delivery.close());
      const fetching = world.delivery.fetchRange({
        rendition: world.rendition,
        segmentNumber: 0,
        startByte: 0,
        endByte: world.file.length,
        neededInMs: 20_000,
        onBytes: (chunk) => chunks.push(chunk),
      });
      const outcome = fetching.then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
      );
      expect(['done', 'HttpFailure', 'PlayerError']).toContain(await world.clock.resolve(outcome));
      expect(world.clock.nowMs()).toBeLessThanOrEqual(cancelAfterMs);
      const bytes = Buffer.concat(chunks);
      expect(Buffer.compare(bytes, world.file.subarray(0, bytes.length))).toBe(0);
      expect(world.delivery.ledger().bytes.deliveredBytes).toBe(bytes.length);
    }),
    { numRuns: 100 },
  );
}, 300_000);
