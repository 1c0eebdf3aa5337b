import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelController } from '../ports/cancel-signal.ts';
import { DeliveryWorld } from '../testing/delivery-world.ts';

interface Part {
  readonly startByte: number;
  readonly endByte: number;
}

/** Fetches and breaks off after `afterMs`. Gives what came until then. */
async function breakOff(world: DeliveryWorld, { startByte, endByte }: Part, afterMs: number): Promise<Uint8Array> {
  const cancel = new CancelController();
  const chunks: Uint8Array[] = [];
  const fetching = world.delivery.fetchRange({
    rendition: world.rendition,
    segmentNumber: 0,
    startByte,
    endByte,
    neededInMs: 10_000,
    onBytes: (chunk) => chunks.push(chunk),
    signal: cancel.signal,
  });
  world.after(afterMs, () => cancel.cancel());
  await world.clock.resolve(fetching.catch(() => {}));
  return Buffer.concat(chunks);
}

describe('a range that was broken off', () => {
  it('is counted by server as it comes, so that a play that ends in its middle is told of in full', async () => {
    const world = new DeliveryWorld();
    let [delivered, byServer] = [0, {}];
    world.after(79, () => {
      const { bytes, bytesByServer } = world.delivery.accounts();
      [delivered, byServer] = [bytes.deliveredBytes, { ...bytesByServer }];
    });
    await breakOff(world, { startByte: 0, endByte: 400_000 }, 80);
    expect(delivered).toBeGreaterThan(10_000);
    expect(byServer).toEqual({ a: delivered });
  });

  it('goes on where it stopped when it is wanted again: a seek there and back asks for no byte twice', async () => {
    const world = new DeliveryWorld();
    const first = await breakOff(world, { startByte: 0, endByte: 400_000 }, 80);
    await world.fetch({ startByte: 700_000, endByte: 800_000 });
    const again = await world.fetch({ endByte: 400_000 });
    expect(first.length).toBeGreaterThan(10_000);
    expect(Buffer.compare(again.bytes, world.file.subarray(0, 400_000))).toBe(0);
    expect(world.requests()).toEqual(['a:0-400000', 'a:700000-800000', `a:${first.length}-400000`]);
    const { bytes, reusedBytes, entries } = world.delivery.ledger();
    expect(bytes.deliveredBytes).toBe(500_000);
    expect(reusedBytes).toBe(first.length);
    expect(entries.map(({ requestedFrom, deliveredTo }) => [requestedFrom, deliveredTo])).toEqual([
      [0, first.length],
      [700_000, 800_000],
      [first.length, 400_000],
    ]);
  });

  it('needs no request at all where all of it is there', async () => {
    const world = new DeliveryWorld();
    await breakOff(world, { startByte: 0, endByte: 400_000 }, 100);
    const again = await world.fetch({ endByte: 50_000 });
    expect(Buffer.compare(again.bytes, world.file.subarray(0, 50_000))).toBe(0);
    expect(world.requests()).toHaveLength(1);
    expect(world.delivered.at(-1)).toMatchObject({ ocaId: 'a', bytes: 50_000 });
  });

  it('is not delivered before `fetchRange` has returned', async () => {
    const world = new DeliveryWorld();
    await breakOff(world, { startByte: 0, endByte: 400_000 }, 100);
    let isInside = true;
    const seen: boolean[] = [];
    const fetching = world.delivery.fetchRange({
      ...{ rendition: world.rendition, segmentNumber: 0, startByte: 0, endByte: 50_000, neededInMs: 1000 },
      onBytes: () => seen.push(isInside),
    });
    isInside = false;
    await world.clock.resolve(fetching);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).not.toContain(true);
  });

  it('is asked for anew where memory has no room for it, and from a file that changed', async () => {
    const small = new DeliveryWorld({ maxKeptBytes: 0 });
    await breakOff(small, { startByte: 0, endByte: 400_000 }, 100);
    await small.fetch({ endByte: 400_000 });
    expect(small.requests()).toEqual(['a:0-400000', 'a:0-400000']);
    const world = new DeliveryWorld();
    await breakOff(world, { startByte: 0, endByte: 400_000 }, 100);
    world.delivery.use({ ...world.grant, fileServers: { [world.rendition.fileId]: [1] } });
    await world.fetch({ endByte: 400_000 });
    expect(world.requests().at(-1)).toBe('b:0-400000');
  });

  it('is kept through any seeking back and forth', async () => {
    const seek = fc.record({ segment: fc.nat(3), afterMs: fc.integer({ min: 1, max: 120 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(seek, { minLength: 1, maxLength: 12 }), async (seeks) => {
        const world = new DeliveryWorld();
        const partOf = (segment: number): Part => ({ startByte: segment * 250_000, endByte: (segment + 1) * 250_000 });
        const isDone = new Set<number>();
        for (const { segment, afterMs } of seeks) {
          if (isDone.has(segment)) continue;
          const part = partOf(segment);
          const bytes = await breakOff(world, part, afterMs);
          const wanted = world.file.subarray(part.startByte, part.startByte + bytes.length);
          expect(Buffer.compare(bytes, wanted)).toBe(0);
          if (bytes.length === 250_000) isDone.add(segment);
        }
        for (const segment of [0, 1, 2, 3].filter((number) => !isDone.has(number))) {
          const part = partOf(segment);
          const { bytes } = await world.fetch(part);
          expect(Buffer.compare(bytes, world.file.subarray(part.startByte, part.endByte))).toBe(0);
        }
        expect(world.delivery.ledger().bytes.deliveredBytes).toBe(world.file.length);
      }),
      { numRuns: 50 },
    );
  });
});
