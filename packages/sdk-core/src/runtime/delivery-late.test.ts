import { describe, expect, it } from 'vitest';
import { DeliveryWorld } from '../testing/delivery-world.ts';

const SEGMENT_BYTES = 100_000;

/** Segment after segment; the way to these servers is 700 ms long from `longFromMs` on. */
async function playOver(longWays: readonly number[], longFromMs: number): Promise<DeliveryWorld> {
  const world = new DeliveryWorld({ serverCount: 3, sizeBytes: 40 * SEGMENT_BYTES });
  for (const server of world.servers) server.latencyMs = 40;
  world.delivery.startProbing();
  world.after(longFromMs, () => {
    for (const [index, server] of world.servers.entries()) if (longWays.includes(index)) server.latencyMs = 700;
  });
  for (let segment = 0; segment < 40; segment++) {
    const startByte = segment * SEGMENT_BYTES;
    const fetched = await world.fetch({ startByte, endByte: startByte + SEGMENT_BYTES });
    expect(fetched.problems).toEqual([]);
    await world.clock.advance(Math.max(0, 1000 - fetched.tookMs));
  }
  world.delivery.close();
  return world;
}

const lateRequests = (world: DeliveryWorld): readonly string[] =>
  world.delivery
    .ledger()
    .entries.filter(({ outcome }) => outcome === 'first-byte-late')
    .map(({ ocaId }) => ocaId);

describe('a first byte that comes too late', () => {
  it('teaches how long the way has become at least: no server is late twice', async () => {
    expect([...lateRequests(await playOver([0, 1, 2], 2000))].sort()).toEqual(['a', 'b', 'c']);
  });

  it('keeps a player from going back to a server whose way stays long', async () => {
    const world = await playOver([0], 2000);
    expect(lateRequests(world)).toEqual(['a']);
    const isMedia = ([first, end]: readonly [number, number]): boolean => end - first > 2048;
    const asked = world.http.exchanges.filter(({ range, atMs }) => range && isMedia(range) && atMs > 4000);
    expect(asked.map(({ serverName }) => serverName)).not.toContain('a');
  });

  it('is forgotten with the next one that comes soon', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    await world.fetch({ endByte: 10_000 });
    world.servers[0]!.fault = { kind: 'silence' };
    await world.fetch({ startByte: 10_000, endByte: 20_000 });
    const latencyMs = () => world.delivery.servers()[0]?.latencyMs ?? 0;
    expect(latencyMs()).toBeGreaterThanOrEqual(400);
    world.servers[0]!.fault = undefined;
    world.delivery.startProbing();
    await world.clock.advance(500);
    expect(latencyMs()).toBeLessThan(30);
    world.delivery.close();
  });
});
