import type { FillManifest } from '@pressplay/protocol/messages';
import { signMediaToken } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import { createOca } from './app.ts';
import type { Http } from './deps.ts';
import { MemoryDiskStore } from './disks/memory-disk-store.ts';
import type { OcaConfigInput } from './oca-config.ts';
import { hmac, ocaConfig, ocaWith, testFile, tokenFor } from './testing/oca-fixture.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const file = testFile(300_000);

/** An empty OCA whose region names a full one as the source. */
async function pair(config: Partial<OcaConfigInput> = {}) {
  const clock = new VirtualClock();
  const full = await ocaWith([file], { clock, config: { ocaId: 'fjord-1-b', paceBps: 8_000_000 } });
  const url = `http://b/${tokenFor('film', 3_600_000, clock.wallMs())}/${file.entry.fileId}`;
  const source = { kind: 'peer', from: 'fjord-1-b', url } as const;
  const manifest: FillManifest = {
    ocaId: 'fjord-1-a',
    files: [{ ...file.entry, sources: [source] }],
    refreshInMs: 2000,
  };
  const inventories: string[][] = [];
  const http: Http = async (request) => {
    if (request.url.startsWith('http://b/')) return full.oca.fetch(request, { clientAddress: '127.20.1.1' });
    if (request.url.endsWith('/fill-manifest')) return Response.json(manifest);
    if (request.url.endsWith('/inventory')) inventories.push(((await request.json()) as { fileIds: string[] }).fileIds);
    return new Response(null, { status: 204 });
  };
  const regions = [{ regionId: 'east', baseUrl: 'http://east' }];
  const empty = await ocaWith([], { clock, http, config: { regions, ...config } });
  return { clock, full, empty, inventories };
}

describe('an empty OCA', () => {
  it('fills itself from its neighbour at the pace of that one, and tells its region at once', async () => {
    const { clock, empty, inventories } = await pair();
    empty.oca.start();
    await clock.advance(250);
    expect(empty.disks.list()).toEqual([]);
    await clock.advance(100);
    expect(empty.disks.list()).toEqual([file.entry]);
    expect(inventories.at(-1)).toEqual([file.entry.fileId]);
    empty.oca.stop();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a copy that runs wait for its own viewers, and has it soon when they are gone', async () => {
    const { clock, empty } = await pair({ capacityBps: 1e7, maxConnections: 100 });
    empty.oca.media.countOutside({ connections: 100, bytes: 0 });
    empty.oca.start();
    // Nine seconds' worth of what is left to copies, where its neighbour's pace would take 0.3.
    await clock.advance(5000);
    expect(empty.disks.list()).toEqual([]);
    empty.oca.media.countOutside({ connections: 0, bytes: 0 });
    await clock.advance(1000);
    expect(empty.disks.list()).toEqual([file.entry]);
    empty.oca.stop();
  });

  it('takes nothing from a neighbour that corrupts, and the right bytes once that is over', async () => {
    const { clock, full, empty } = await pair();
    full.oca.media.faults.set([{ kind: 'corrupt', everyBytes: 50_000 }]);
    empty.oca.start();
    await clock.advance(1500);
    expect(empty.disks.list()).toEqual([]);
    full.oca.media.faults.set([]);
    await clock.advance(5000);
    expect(empty.disks.list()).toEqual([file.entry]);
    empty.oca.stop();
  });

  it('starts again after a stop', async () => {
    const { clock, empty } = await pair();
    empty.oca.start();
    empty.oca.stop();
    await clock.advance(10_000);
    expect(empty.disks.list()).toEqual([]);
    empty.oca.start();
    await clock.advance(3000);
    expect(empty.disks.list()).toEqual([file.entry]);
    empty.oca.stop();
  });
});

it('refuses new plays while its processor has no time left, tells players and regions, and goes on with those it serves', async () => {
  const clock = new VirtualClock();
  let processorShare = 1;
  const { oca } = await ocaWith([file], { clock, vitals: () => ({ processorShare, memoryShare: 0.1 }) });
  const ask = (playId: string): Promise<Response> => {
    const expiresAtS = clock.wallMs() / 1000 + 600;
    const token = signMediaToken({ expiresAtS, playId, scope: 'film' }, ocaConfig.urlKey, hmac);
    const request = new Request(`http://oca/${token}/${file.entry.fileId}`, { headers: { range: 'bytes=0-9' } });
    return oca.fetch(request, { clientAddress: '198.51.100.7' });
  };
  oca.start();
  expect((await ask('a')).status).toBe(206);
  await clock.advance(30_000);
  expect((await ask('a')).status).toBe(206);
  const refused = await ask('b');
  expect([refused.status, refused.headers.get('cmsd-dynamic')]).toEqual([503, expect.stringContaining(';du')]);
  expect(oca.health()).toMatchObject({
    verdict: 'saturated',
    reason: 'the processor at 100 % of capacity',
    capacityLeftBps: expect.closeTo(0, -7),
    loads: { processor: expect.closeTo(1, 1), memory: 0.1, traffic: 0 },
  });
  processorShare = 0.1;
  await clock.advance(20_000);
  expect((await ask('b')).status).toBe(206);
  expect(oca.health().verdict).toBe('healthy');
  oca.stop();
});

it('is not made from a configuration that makes no sense', () => {
  const make = (changes: object) => () =>
    createOca({
      config: { ...ocaConfig, ...changes },
      disks: new MemoryDiskStore(),
      clock: new VirtualClock(),
      http: () => Promise.reject(new Error('none')),
      hmac: () => '',
      sha256: () => ({ update() {}, hex: () => '' }),
      log() {},
    });
  expect(make({ routes: [{ prefix: '10.0.0.0/99', asPath: [] }] })).toThrow(/CIDR/);
  expect(make({ baseUrl: 'http://oca/' })).toThrow(/slash/);
  expect(make({ capacityBps: 0 })).toThrow(/capacityBps/);
});
