import { type HttpClient, HttpFailure, type HttpResponse } from '@pressplay/sdk-core';
import { VirtualClock } from '@pressplay/sdk-core/testing';
import { describe, expect, it } from 'vitest';
import type { Link } from './endpoint.ts';
import { Network } from './network.ts';
import { fetchOver, httpClientOver } from './network-clients.ts';
import { answeredBy, type ServeRequest } from './served-answer.ts';

const MEGABIT = 1_000_000;
const ORIGIN = 'http://oca.test';
const URL_OF_FILE = `${ORIGIN}/file`;

interface Bench {
  clock: VirtualClock;
  network: Network;
  http: HttpClient;
}

/** One server with a body of so many bytes and one viewer: 10 Mbit/s and 5 ms at the server, 8 Mbit/s and 10 ms at home. */
function bench({
  bodyBytes = 1_000_000,
  server = {},
  viewer = {},
}: {
  bodyBytes?: number;
  server?: Partial<Link>;
  viewer?: Partial<Link>;
} = {}): Bench {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const oca = network.join('oca', '127.20.1.1', { rateBps: 10 * MEGABIT, latencyMs: 5, state: 'up', ...server });
  const home = network.join('home', '198.51.100.7', { rateBps: 8 * MEGABIT, latencyMs: 10, state: 'up', ...viewer });
  const serve: ServeRequest = async (request, peer) => {
    if (request.method === 'PUT') return new Response(null, { status: 204 });
    if (request.method === 'POST') return Response.json({ echo: await request.text(), from: peer.clientAddress });
    return new Response(new Uint8Array(bodyBytes).fill(7), { headers: { etag: '"7-1"' } });
  };
  network.listen(oca, ORIGIN, answeredBy(serve));
  return { clock, network, http: httpClientOver(network, home) };
}

/** Reads all of a body beside the clock. */
function drain(response: HttpResponse): { readonly bytes: number; readonly done: Promise<unknown> } {
  const state = { bytes: 0, done: Promise.resolve() as Promise<unknown> };
  const pull = async (): Promise<unknown> => {
    for (let chunk = await response.body.read(); chunk; chunk = await response.body.read()) state.bytes += chunk.length;
    return undefined;
  };
  state.done = pull().catch((error: unknown) => error);
  return state;
}

const get = ({ clock, http }: Bench, signal?: AbortSignal): Promise<HttpResponse> =>
  clock.resolve(http({ method: 'GET', url: URL_OF_FILE, ...(signal ? { signal } : {}) }), 60_000);

describe('a bottleneck', () => {
  it('is shared by the neighbours behind it, however fast their own lines are', async () => {
    const world = bench({ server: { rateBps: 100 * MEGABIT }, viewer: { rateBps: 50 * MEGABIT } });
    const neighbour = world.network.join('next door', '198.51.100.8', {
      rateBps: 50 * MEGABIT,
      latencyMs: 10,
      state: 'up',
    });
    world.network.shareBottleneck(['home', 'next door'], 8 * MEGABIT);
    const [here, there] = [
      drain(await get(world)),
      drain(await get({ ...world, http: httpClientOver(world.network, neighbour) })),
    ];
    const startedAtMs = world.clock.nowMs();
    await world.clock.resolve(Promise.all([here.done, there.done]));
    expect(here.bytes + there.bytes).toBe(2_000_000);
    expect(world.clock.nowMs() - startedAtMs).toBeGreaterThan(1850);
    expect(world.clock.nowMs() - startedAtMs).toBeLessThan(2100);
  });
});

describe('an exchange', () => {
  it('costs a round trip to connect and one to answer; the next one saves the first', async () => {
    const world = bench();
    const first = await get(world);
    expect(first.status).toBe(200);
    expect(first.header('etag')).toBe('"7-1"');
    expect(world.clock.nowMs()).toBeCloseTo(60);
    await world.clock.resolve(drain(first).done);
    const startedAtMs = world.clock.nowMs();
    await get(world);
    expect(world.clock.nowMs() - startedAtMs).toBeCloseTo(30);
  });

  it('takes as long as its narrowest link needs', async () => {
    const world = bench();
    const body = drain(await get(world));
    await world.clock.resolve(body.done);
    expect(body.bytes).toBe(1_000_000);
    expect(world.clock.nowMs()).toBeCloseTo(60 + 1000, -1);
  });

  it('carries a request body and the address of the viewer', async () => {
    const { clock, network } = bench();
    const fetch = fetchOver(
      network,
      network.join('agent', '127.20.1.2', { rateBps: MEGABIT, latencyMs: 1, state: 'up' }),
    );
    const answer = fetch(new Request(`${ORIGIN}/echo`, { method: 'POST', body: 'hello' })).then((response) =>
      response.json(),
    );
    expect(await clock.resolve(answer, 1000)).toEqual({ echo: 'hello', from: '127.20.1.2' });
  });

  it('may have no body', async () => {
    const { clock, network } = bench();
    const agent = network.join('agent', '127.20.1.2', { rateBps: MEGABIT, latencyMs: 1, state: 'up' });
    const put = fetchOver(network, agent)(new Request(`${ORIGIN}/report`, { method: 'PUT', body: '{}' }));
    expect((await clock.resolve(put, 1000)).status).toBe(204);
    expect(network.records()).toMatchObject([{ status: 204, outcome: 'complete' }]);
  });
});

describe('transfers that run together', () => {
  it("share the viewer's link and use all of it when one has ended", async () => {
    const world = bench();
    const [first, second] = [get(world), get(world)];
    const bodies = [drain(await first), drain(await second)];
    await world.clock.resolve(Promise.all(bodies.map((body) => body.done)));
    expect(world.clock.nowMs()).toBeCloseTo(60 + 2000, -2);
  });

  it('feel a change of rate at once', async () => {
    const world = bench();
    const body = drain(await get(world));
    await world.clock.advance(500);
    expect(body.bytes).toBeGreaterThan(450_000);
    world.network.setLink('oca', { rateBps: 200_000 });
    const before = body.bytes;
    await world.clock.advance(1000);
    expect(body.bytes - before).toBeGreaterThan(20_000);
    expect(body.bytes - before).toBeLessThan(45_000);
  });
});

describe('a link in trouble', () => {
  it('refuses a new connection after one round trip', async () => {
    const world = bench({ server: { state: 'refuse' } });
    await expect(get(world)).rejects.toMatchObject({ name: 'HttpFailure', kind: 'network' });
    expect(world.clock.nowMs()).toBeCloseTo(30);
  });

  it('breaks running bodies when it is reset, and says what the server had sent', async () => {
    const world = bench();
    const body = drain(await get(world));
    await world.clock.advance(500);
    world.network.setLink('oca', { state: 'reset' });
    expect(await world.clock.resolve(body.done, 100)).toBeInstanceOf(HttpFailure);
    const [record] = world.network.records();
    expect(record).toMatchObject({ outcome: 'broken', readBytes: body.bytes });
    expect(body.bytes).toBeLessThan(1_000_000);
    await expect(get(world)).rejects.toMatchObject({ kind: 'network' });
  });

  it('stops the bytes without a word when it hangs, and goes on with the next byte afterwards', async () => {
    const world = bench();
    const body = drain(await get(world));
    await world.clock.advance(500);
    world.network.setLink('oca', { state: 'hang' });
    await world.clock.advance(20);
    const atHang = body.bytes;
    const late = world.http({ method: 'GET', url: URL_OF_FILE });
    await world.clock.advance(10_000);
    expect(body.bytes).toBe(atHang);
    world.network.setLink('oca', { state: 'up' });
    await world.clock.resolve(body.done, 2000);
    expect(body.bytes).toBe(1_000_000);
    expect((await late).status).toBe(200);
  });

  it('resets and refuses everything once the process has ended', async () => {
    const world = bench();
    const body = drain(await get(world));
    await world.clock.advance(300);
    const oca = world.network.endpoint('oca');
    if (oca) world.network.shut(oca);
    expect(await world.clock.resolve(body.done, 100)).toBeInstanceOf(HttpFailure);
    await expect(get(world)).rejects.toMatchObject({ kind: 'network' });
  });
});

describe('a viewer who lets go', () => {
  it('gets nothing more, while the server still sends for one trip', async () => {
    const world = bench();
    const response = await get(world);
    await world.clock.resolve(response.body.read());
    const readBytes = world.network.running()[0]?.readBytes ?? 0;
    response.body.cancel();
    expect(await response.body.read()).toBeUndefined();
    await world.clock.advance(100);
    const [record] = world.network.records();
    expect(record).toMatchObject({ outcome: 'cancelled', readBytes });
    expect(record?.sentBytes).toBeGreaterThanOrEqual(readBytes);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('is told "aborted" when the signal fires before the answer', async () => {
    const world = bench({ server: { state: 'hang' } });
    const controller = new AbortController();
    world.clock.schedule(200, () => controller.abort());
    await expect(get(world, controller.signal)).rejects.toMatchObject({ kind: 'aborted' });
    expect(world.clock.nowMs()).toBe(200);
  });

  it('and reads later what had arrived: the record counts it', async () => {
    const world = bench({ bodyBytes: 2000 });
    const response = await get(world);
    await world.clock.advance(1000);
    expect(world.network.records()).toMatchObject([{ outcome: 'complete', readBytes: 0 }]);
    await world.clock.resolve(drain(response).done);
    expect(world.network.records()).toMatchObject([{ sentBytes: 2000, readBytes: 2000 }]);
  });

  it('has at most a window on the way when nobody reads', async () => {
    const world = bench({ bodyBytes: 5_000_000 });
    await get(world);
    await world.clock.advance(10_000);
    expect(world.network.running()[0]?.sentBytes).toBe(256 * 1024);
  });
});
