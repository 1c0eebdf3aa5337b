import { describe, expect, it } from 'vitest';
import { CancelController } from '../ports/cancel-signal.ts';
import { DeliveryWorld } from '../testing/delivery-world.ts';
import type { ScriptedServer } from '../testing/scripted-http.ts';

/** Servers that each give 8 Mbit/s at 40 ms; four-second segments of 4 Mbit/s. */
function streamingWorld(options: ConstructorParameters<typeof DeliveryWorld>[0] = {}): DeliveryWorld {
  const world = new DeliveryWorld({ serverCount: 4, sizeBytes: 4_000_000, averageBps: 4_000_000, ...options });
  for (const server of world.servers) Object.assign(server, { rateBps: 8_000_000, latencyMs: 40, chunkBytes: 8192 });
  return world;
}

describe('on lines of 8 Mbit/s with 7 to 9 s buffered, the server in use', () => {
  it.each([
    ['is reset', (server: ScriptedServer) => server.kill(), 100],
    ['hangs', (server: ScriptedServer) => Object.assign(server, { fault: { kind: 'silence' } }), 1500],
    ['falls to 200 kbit/s', (server: ScriptedServer) => Object.assign(server, { rateBps: 200_000 }), 3000],
  ] as const)(
    '%s: the next one is asked in time, nothing stalls, no byte is asked for twice',
    async (_, act, limitMs) => {
      for (const neededInMs of [7000, 9000]) {
        for (const afterMs of [100, 700, 1500]) {
          const world = streamingWorld();
          world.delivery.startProbing();
          await world.fetch({ endByte: 2_000_000 });
          let sinceMs = Number.NaN;
          let broken: string | undefined;
          world.after(afterMs, () => {
            sinceMs = world.clock.nowMs();
            // A piece of the range may have gone to another one, to measure it.
            broken = world.http.exchanges.filter(({ outcome }) => outcome() === undefined).at(-1)?.serverName;
            const server = world.servers.find(({ name }) => name === broken);
            if (server) act(server);
          });
          const fetched = await world.fetch({ startByte: 2_000_000, neededInMs });
          expect(Buffer.compare(fetched.bytes, world.file.subarray(2_000_000))).toBe(0);
          expect(fetched.problems).toEqual([]);
          expect(fetched.tookMs).toBeLessThan(neededInMs);
          const later = world.http.exchanges.filter(
            ({ atMs, range }) => atMs >= sinceMs && (range?.[0] ?? 0) > 2_000_000,
          );
          const next = later.find(({ serverName }) => serverName !== broken);
          expect((next?.atMs ?? Number.NaN) - sinceMs).toBeLessThanOrEqual(limitMs);
          world.delivery.close();
        }
      }
    },
  );

  it('answers 503: the next one is asked at once', async () => {
    const world = streamingWorld();
    await world.fetch({ endByte: 1_000_000 });
    if (world.servers[0]) world.servers[0].fault = { kind: 'status', status: 503 };
    const sinceMs = world.clock.nowMs();
    const fetched = await world.fetch({ startByte: 1_000_000, neededInMs: 7000 });
    expect(fetched.problems).toEqual([]);
    const next = world.http.exchanges.find(({ serverName, atMs }) => serverName !== 'a' && atMs >= sinceMs);
    expect((next?.atMs ?? Number.NaN) - sinceMs).toBeLessThanOrEqual(100);
  });
});

describe('cancelling', () => {
  it.each([
    ['while all servers are silent', { kind: 'silence' }, 1000],
    ['while it waits for the next round', { kind: 'refuse' }, 700],
    ['while it waits for a fresh grant alone', { kind: 'status', status: 404 }, 1000],
  ] as const)('%s releases every request and timer at once', async (_, fault, afterMs) => {
    const world = streamingWorld({ renewGrant: () => new Promise(() => {}) });
    for (const server of world.servers) server.fault = fault;
    const cancel = new CancelController();
    world.after(afterMs, () => cancel.cancel());
    await expect(world.fetch({ signal: cancel.signal })).rejects.toMatchObject({ kind: 'aborted' });
    expect(world.clock.nowMs()).toBe(afterMs);
    world.delivery.close();
    await world.clock.advance(0);
    expect(world.clock.pendingTimers).toBe(0);
  });
});
