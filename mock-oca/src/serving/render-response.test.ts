import { describe, expect, it } from 'vitest';
import type { OcaConfigInput } from '../oca-config.ts';
import { type OcaFixture, ocaWith, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';

const file = testFile(100_000);

async function playing(config: Partial<OcaConfigInput> = {}) {
  const clock = new VirtualClock();
  const fixture = await ocaWith([file], { config, clock });
  const url = `http://oca/${tokenFor('film', 3_600_000, clock.wallMs())}/${file.entry.fileId}`;
  return {
    clock,
    ...fixture,
    get: (init: RequestInit = {}) => fixture.oca.fetch(new Request(url, init), { clientAddress: '127.0.0.1' }),
  };
}

/** Reads as fast as it may, and notes how much had come at each moment. */
function follow(
  response: Response,
  clock: VirtualClock,
): { readonly bytes: () => number; readonly endedAtMs: () => number | undefined; readonly error: () => unknown } {
  let bytes = 0;
  let endedAtMs: number | undefined;
  let error: unknown;
  const reader = response.body?.getReader();
  const run = async (): Promise<void> => {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) bytes += part.value.length;
    endedAtMs = clock.nowMs();
  };
  run().catch((cause: unknown) => {
    error = cause;
  });
  return { bytes: () => bytes, endedAtMs: () => endedAtMs, error: () => error };
}

const connectionsOf = ({ oca }: Pick<OcaFixture, 'oca'>): number => oca.media.connections;

describe('a Response in virtual time', () => {
  it('flows at the pace of the OCA: half the file at half its time', async () => {
    const { clock, get } = await playing({ paceBps: 8_000_000 });
    const body = follow(await get(), clock);
    await clock.advance(49);
    expect(body.bytes()).toBe(50_000);
    await clock.advance(60);
    expect([body.bytes(), body.endedAtMs()]).toEqual([100_000, 90]);
  });

  it('comes at once without a pace', async () => {
    const { clock, get } = await playing();
    const body = follow(await get(), clock);
    await clock.advance(0);
    await clock.advance(0);
    expect([body.bytes(), body.endedAtMs()]).toEqual([100_000, 0]);
  });

  it('slows down to 200 kbit/s in the middle', async () => {
    const { clock, get, oca } = await playing({ paceBps: 8_000_000 });
    const body = follow(await get(), clock);
    await clock.advance(45);
    oca.media.faults.set([{ kind: 'rate', rateBps: 200_000 }]);
    await clock.advance(1000);
    expect(body.bytes()).toBeGreaterThan(50_000 + 24_000);
    expect(body.bytes()).toBeLessThan(50_000 + 26_000);
  });

  it('hangs in the middle for as long as the fault is on', async () => {
    const { clock, get, oca } = await playing({ paceBps: 8_000_000 });
    const body = follow(await get(), clock);
    await clock.advance(45);
    oca.media.faults.set([{ kind: 'stall', afterBytes: 0 }]);
    await clock.advance(60_000);
    expect([body.bytes(), connectionsOf({ oca }), clock.pendingTimers]).toEqual([50_000, 1, 0]);
    oca.media.faults.set([]);
    await clock.advance(60);
    expect(body.bytes()).toBe(100_000);
  });

  it('is cut in the middle when a status comes on, and new requests get the status', async () => {
    const { clock, get, oca, log } = await playing({ paceBps: 8_000_000 });
    const body = follow(await get(), clock);
    await clock.advance(45);
    oca.media.faults.set([{ kind: 'status', status: 503 }]);
    await clock.advance(0);
    expect(body.error()).toMatchObject({ name: 'ConnectionCut' });
    expect(log.at(-1)).toMatchObject({ phase: 'end', outcome: 'reset', bytesSent: 50_000 });
    expect((await get()).status).toBe(503);
    expect(connectionsOf({ oca })).toBe(0);
  });

  it('comes late by exactly the latency', async () => {
    const { clock, get, oca } = await playing();
    oca.media.faults.set([{ kind: 'latency', delayMs: 300 }]);
    let arrivedAtMs: number | undefined;
    void get().then(() => {
      arrivedAtMs = clock.nowMs();
    });
    await clock.advance(1000);
    expect(arrivedAtMs).toBe(300);
  });

  it('spares clients and files that the fault does not name', async () => {
    const { get, oca } = await playing();
    oca.media.faults.set([
      { kind: 'status', status: 503, clientPrefix: '198.51.100.' },
      { kind: 'reset', afterBytes: 0, fileId: 'f'.repeat(32) },
    ]);
    expect((await (await get()).arrayBuffer()).byteLength).toBe(100_000);
  });

  it('leaves nothing behind when its body is cancelled', async () => {
    const { clock, get, oca, log } = await playing({ paceBps: 8_000_000 });
    const reader = (await get()).body?.getReader();
    await reader?.read();
    const waiting = reader?.read();
    await clock.advance(5);
    await reader?.cancel();
    expect((await waiting)?.done).toBe(true);
    expect([connectionsOf({ oca }), clock.pendingTimers]).toEqual([0, 0]);
    expect(log.at(-1)).toMatchObject({ outcome: 'client-closed', bytesSent: 10_000 });
  });

  it('leaves nothing behind when the request is aborted before its head', async () => {
    const { clock, get, oca } = await playing();
    oca.media.faults.set([{ kind: 'stall', afterBytes: 0 }]);
    const abort = new AbortController();
    const asked = get({ signal: abort.signal });
    const outcome = asked.catch((error: Error) => error.name);
    await clock.advance(1000);
    expect(connectionsOf({ oca })).toBe(1);
    abort.abort();
    expect(await outcome).toBe('AbortError');
    expect([connectionsOf({ oca }), clock.pendingTimers]).toEqual([0, 0]);
  });

  it('breaks when the OCA stops', async () => {
    const { clock, get, oca, log } = await playing({ paceBps: 8_000_000 });
    const body = follow(await get(), clock);
    await clock.advance(25);
    oca.stop();
    await clock.advance(0);
    expect(body.error()).toMatchObject({ name: 'ConnectionCut' });
    expect(log.at(-1)).toMatchObject({ outcome: 'stopped' });
  });

  it('counts its traffic', async () => {
    const { clock, get, oca } = await playing({ paceBps: 400_000, capacityBps: 400_000 });
    follow(await get(), clock);
    await clock.advance(1500);
    expect(oca.health()).toMatchObject({ connections: 1, verdict: 'saturated' });
    expect(oca.health().trafficBps).toBeGreaterThan(390_000);
    expect(oca.health().trafficBps).toBeLessThan(420_000);
    await clock.advance(20_000);
    oca.health();
    await clock.advance(3000);
    expect(oca.health()).toMatchObject({ connections: 0, verdict: 'healthy', trafficBps: 0, servedBytes: 100_000 });
  });
});
