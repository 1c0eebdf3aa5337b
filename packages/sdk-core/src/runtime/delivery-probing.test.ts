import { describe, expect, it } from 'vitest';
import { DeliveryWorld } from '../testing/delivery-world.ts';

const SEGMENT_BYTES = 250_000;

/** Plays segment after segment as an engine does: one each second, ten seconds ahead. */
async function play(world: DeliveryWorld, segments: number): Promise<void> {
  for (let number = 0; number < segments; number++) {
    const startByte = (number * SEGMENT_BYTES) % (world.file.length - SEGMENT_BYTES);
    const endByte = startByte + SEGMENT_BYTES;
    const fetched = await world.fetch({ startByte, endByte, neededInMs: 10_000 });
    expect(fetched.problems).toEqual([]);
    await world.clock.advance(1000 - fetched.tookMs);
  }
}

describe('probes at the start', () => {
  it('measure every server on a warm connection, side by side, and count their bytes apart', async () => {
    const world = new DeliveryWorld({ serverCount: 4 });
    world.servers.forEach((server, index) => {
      server.latencyMs = 10 * (index + 1);
    });
    world.delivery.startProbing();
    await world.clock.advance(200);
    expect(world.probes.map(({ ocaId }) => ocaId)).toEqual(['a', 'b', 'c', 'd']);
    world.probes.forEach(({ latencyMs }, index) => {
      expect(latencyMs).toBeCloseTo(10 * (index + 1) + (2048 * 8000) / 20_000_000);
    });
    expect(world.http.exchanges.map(({ range }) => range?.join('-'))).toContain('2048-4096');
    expect(world.delivery.ledger()).toMatchObject({
      entries: [],
      bytes: { deliveredBytes: 0, probeBytes: 4 * 2 * 2048 },
    });
    expect(world.delivery.servers().map(({ latencyMs }) => Math.round(latencyMs ?? 0))).toEqual([11, 21, 31, 41]);
  });

  it('do not delay the first range, even where every probe hangs', async () => {
    const tookMs = async (isProbing: boolean): Promise<number> => {
      const world = new DeliveryWorld({ serverCount: 5 });
      for (const server of world.servers.slice(1)) server.fault = { kind: 'silence' };
      if (isProbing) world.delivery.startProbing();
      return (await world.fetch()).tookMs;
    };
    expect(await tookMs(true)).toBe(await tookMs(false));
  });

  it('say what failed, and a server that failed is not the one to go to', async () => {
    const world = new DeliveryWorld({ serverCount: 4 });
    world.servers[1]!.fault = { kind: 'silence' };
    world.servers[2]!.fault = { kind: 'status', status: 503 };
    world.delivery.startProbing();
    await world.clock.advance(3000);
    expect(world.probes.filter(({ cause }) => cause)).toEqual([
      { ocaId: 'c', cause: 'status 503' },
      { ocaId: 'b', cause: 'first-byte-late' },
    ]);
    world.servers[0]!.kill();
    await world.fetch();
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'd', reason: 'reset' }]);
  });

  it('that fail beside media that flow do not drive the player away', async () => {
    const world = new DeliveryWorld();
    world.servers[0]!.respond = ({ headers }) =>
      headers?.Range === 'bytes=0-2047' ? { status: 500, body: new Uint8Array() } : undefined;
    world.servers[0]!.rateBps = 4_000_000;
    world.servers[0]!.chunkBytes = 2048;
    let excludedForMs = Number.NaN;
    world.after(100, () => world.delivery.startProbing());
    world.after(200, () => {
      expect(world.probes).toContainEqual({ ocaId: 'a', cause: 'status 500' });
      excludedForMs = world.delivery.servers()[0]?.excludedForMs ?? Number.NaN;
    });
    await world.fetch({ startByte: 1000 });
    expect(excludedForMs).toBe(0);
    expect(world.changes).toEqual([{ to: 'a', reason: 'start' }]);
    world.delivery.close();
  });

  it('of a server that lacks the file leave it out of that file', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.servers[1]!.files.clear();
    world.delivery.startProbing();
    await world.clock.advance(100);
    world.servers[0]!.kill();
    await world.fetch();
    expect(world.handOvers).toMatchObject([{ from: 'a', to: 'c' }]);
  });

  it('are made once, however often they are asked for, and end with the delivery', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.servers[2]!.fault = { kind: 'silence' };
    world.delivery.startProbing();
    world.delivery.startProbing();
    await world.clock.advance(300);
    expect(world.http.exchanges).toHaveLength(5);
    world.delivery.close();
    await world.clock.advance(60_000);
    expect(world.http.exchanges).toHaveLength(5);
    expect(world.probes.map(({ ocaId }) => ocaId)).toEqual(['a', 'b']);
    expect(world.clock.pendingTimers).toBe(0);
  });
});

describe('probes during play', () => {
  it('go to idle servers from time to time and cost less than one percent', async () => {
    const world = new DeliveryWorld({ serverCount: 6 });
    world.delivery.startProbing();
    await play(world, 120);
    const startBytes = 6 * 2 * 2048;
    const { probeBytes, deliveredBytes } = world.delivery.ledger().bytes;
    const later = world.probes.slice(6);
    expect(new Set(later.map(({ ocaId }) => ocaId))).toEqual(new Set(['b', 'c', 'd', 'e', 'f']));
    expect(later.length).toBeGreaterThanOrEqual(10);
    expect(probeBytes).toBeGreaterThan(startBytes);
    expect(probeBytes).toBeLessThanOrEqual(deliveredBytes / 100);
    world.delivery.close();
  });

  it('come before media for a server that failed, and the player stays where it is well served', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    world.delivery.startProbing();
    await play(world, 5);
    world.servers[0]!.kill();
    await play(world, 5);
    expect(world.delivery.currentOcaId()).toBe('b');
    world.servers[0]!.fault = undefined;
    const probesBefore = world.probes.length;
    await play(world, 40);
    expect(world.probes.slice(probesBefore).some(({ ocaId, latencyMs }) => ocaId === 'a' && latencyMs)).toBe(true);
    expect(world.delivery.currentOcaId()).toBe('b');
    world.servers[1]!.kill();
    await play(world, 2);
    expect(world.delivery.currentOcaId()).toBe('a');
    world.delivery.close();
  });

  it('are not made while the buffer is low', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.delivery.startProbing();
    await world.clock.advance(500);
    const probesBefore = world.probes.length;
    for (let i = 0; i < 80; i++) {
      await world.fetch({ endByte: SEGMENT_BYTES, neededInMs: 2000 });
      await world.clock.advance(900);
    }
    expect(world.probes.length).toBe(probesBefore);
    world.delivery.close();
  });
});

describe('a grant that changes', () => {
  it('moves the play without a break where the preferred server is no longer named', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    await world.fetch({ endByte: 1000 });
    const [, b] = world.grant.servers;
    world.delivery.use({ ...world.grant, servers: b ? [b] : [], fileServers: { [world.rendition.fileId]: [0] } });
    await world.fetch({ startByte: 1000 });
    expect(world.changes.at(-1)).toEqual({ from: 'a', to: 'b', reason: 'steering' });
    expect(world.handOvers).toEqual([]);
  });

  it('never asks a server for a file that the grant does not give it', async () => {
    const world = new DeliveryWorld({ serverCount: 3 });
    world.delivery.use({ ...world.grant, fileServers: { [world.rendition.fileId]: [2, 0] } });
    world.servers[2]!.kill();
    world.servers[0]!.kill();
    await expect(world.fetch({ neededInMs: 0 })).rejects.toMatchObject({ code: 'delivery/no-server-left' });
    expect(world.http.exchanges.some(({ serverName }) => serverName === 'b')).toBe(false);
    expect(world.http.exchanges[0]?.serverName).toBe('c');
  });
});

describe('two ranges at the same time', () => {
  it('leave a dead server together, and it counts as one failure', async () => {
    const world = new DeliveryWorld({ serverCount: 2 });
    world.after(100, () => world.servers[0]!.kill());
    const half = world.file.length / 2;
    const [first] = await Promise.all([world.fetch({ endByte: half }), world.fetch({ startByte: half })]);
    expect(Buffer.compare(first.bytes, world.file.subarray(0, half))).toBe(0);
    expect(world.handOvers).toHaveLength(2);
    expect(world.changes).toHaveLength(2);
    expect(world.delivery.servers()[0]?.excludedForMs).toBeLessThanOrEqual(10_000);
  });
});
