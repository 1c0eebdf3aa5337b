import type { FillFile, FillManifest } from '@pressplay/protocol/messages';
import { describe, expect, it } from 'vitest';
import type { Http } from '../deps.ts';
import { MemoryDiskStore } from '../disks/memory-disk-store.ts';
import { OcaConfig } from '../oca-config.ts';
import { ocaConfig, sha256, type TestFile, testFile } from '../testing/oca-fixture.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { PART_BYTES } from './fetch-file.ts';
import { FillAgent, type FillSummary } from './fill-agent.ts';

type Source = (request: Request) => Promise<Response> | Response;

const whole =
  (file: TestFile): Source =>
  (request) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.get('range') ?? '')?.[1] ?? 0);
    const bytes = Uint8Array.from(file.bytes.subarray(from));
    if (from === 0) return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
    const headers = { 'content-range': `bytes ${from}-${file.bytes.length - 1}/${file.bytes.length}` };
    return new Response(bytes, { status: 206, headers });
  };
/** As `whole`, of the range alone that was asked for. */
const parts =
  (file: TestFile): Source =>
  (request) => {
    const [, first = '', last = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.get('range') ?? '') ?? [];
    const end = last === '' ? file.bytes.length : Number(last) + 1;
    const headers = { 'content-range': `bytes ${first}-${end - 1}/${file.bytes.length}` };
    return new Response(Uint8Array.from(file.bytes.subarray(Number(first), end)), { status: 206, headers });
  };
const refused: Source = () => Promise.reject(new Error('refused'));
const silent: Source = () => new Promise(() => {});
const status =
  (code: number): Source =>
  () =>
    new Response('{}', { status: code });

/** Gives some bytes of the file, then breaks, ends or hangs. */
const some =
  (file: TestFile, bytes: number, then: 'break' | 'end' | 'hang'): Source =>
  () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Uint8Array.from(file.bytes.subarray(0, bytes)));
        if (then === 'break') setImmediate(() => controller.error(new Error('reset')));
        if (then === 'end') controller.close();
      },
    });
    return new Response(body, { headers: { 'content-length': String(file.bytes.length) } });
  };

function wanted(file: TestFile, sources: readonly string[]): FillFile {
  return {
    ...file.entry,
    sources: sources.map((from) => ({ kind: 'peer', from, url: `http://${from}/x/${file.entry.fileId}` })),
  };
}

function agentWith(
  files: readonly FillFile[],
  sources: Readonly<Record<string, Source>>,
  regions: Readonly<Record<string, Source>> = {},
  paceBps?: () => number,
) {
  const clock = new VirtualClock();
  const disks = new MemoryDiskStore();
  const asked: string[] = [];
  const reports: number[] = [];
  const manifest: FillManifest = { ocaId: 'fjord-1-a', files: [...files], refreshInMs: 1000 };
  const http: Http = async (request) => {
    const { host } = new URL(request.url);
    asked.push(host + (request.headers.get('range') ? ` ${request.headers.get('range')}` : ''));
    if (host in regions) return (regions[host] as Source)(request);
    return host === 'region' ? Response.json(manifest) : (sources[host] as Source)(request);
  };
  const names = Object.keys(regions).length > 0 ? Object.keys(regions) : ['region'];
  const config = OcaConfig.parse({
    ...ocaConfig,
    regions: [...names, 'region'].map((id) => ({ regionId: id, baseUrl: `http://${id}` })),
  });
  const agent = new FillAgent(
    config,
    { clock, http, disks, sha256, log: () => {} },
    () => void reports.push(disks.list().length),
    paceBps,
  );
  const fill = async (forMs = 60_000): Promise<FillSummary | undefined> => {
    let summary: FillSummary | undefined;
    void agent.fillOnce(new AbortController().signal).then((result) => {
      summary = result;
    });
    for (let waitedMs = 0; waitedMs < forMs && !summary; waitedMs += 100) await clock.advance(100);
    return summary;
  };
  return { agent, clock, disks, asked, reports, fill };
}

const film = testFile(10_000);
const other = testFile(4000, 'film', 2);
const third = testFile(3000, 'film', 3);

async function heldBytes(disks: MemoryDiskStore, file: TestFile): Promise<boolean> {
  const target = new Uint8Array(file.bytes.length + 1);
  const read = await (await disks.open(file.entry.fileId)).read(target, 0);
  return Buffer.compare(target.subarray(0, read), file.bytes) === 0;
}

describe('the fill agent', () => {
  it('fetches what is missing, most wanted first, and tells after each file', async () => {
    const sources = {
      peer: ((request) =>
        whole([film, other, third].find((file) => request.url.endsWith(file.entry.fileId)) ?? film)(request)) as Source,
    };
    const { fill, disks, reports, asked } = agentWith(
      [film, other, third].map((file) => wanted(file, ['peer'])),
      sources,
    );
    expect(await fill()).toMatchObject({ region: 'region', failed: [], missing: 0 });
    expect(disks.list()).toHaveLength(3);
    expect([reports.length, reports.at(-1)]).toEqual([3, 3]);
    expect(await heldBytes(disks, film)).toBe(true);
    await fill();
    expect(asked).toEqual(['region', 'peer', 'peer', 'peer', 'region']);
  });

  it.each([
    ['refuses', refused],
    ['answers 503', status(503)],
    ['answers 404', status(404)],
    ['never answers', silent],
  ])('goes to the next source when one %s', async (_what, bad) => {
    const { fill, disks, asked } = agentWith([wanted(film, ['bad', 'good'])], { bad, good: whole(film) });
    expect((await fill())?.fetched).toEqual([film.entry.fileId]);
    expect(asked).toEqual(['region', 'bad', 'good']);
    expect(await heldBytes(disks, film)).toBe(true);
  });

  it.each(['break', 'end', 'hang'] as const)(
    'continues where a source %ss, without asking for a byte twice',
    async (then) => {
      const { fill, disks, asked } = agentWith([wanted(film, ['bad', 'good'])], {
        bad: some(film, 3000, then),
        good: whole(film),
      });
      expect((await fill())?.fetched).toEqual([film.entry.fileId]);
      expect(asked).toEqual(['region', 'bad', 'good bytes=3000-']);
      expect(await heldBytes(disks, film)).toBe(true);
    },
  );

  it('copes with a source that ignores the range', async () => {
    const ignoring: Source = () => new Response(Uint8Array.from(film.bytes));
    const { fill, disks } = agentWith([wanted(film, ['bad', 'good'])], {
      bad: some(film, 3000, 'end'),
      good: ignoring,
    });
    expect((await fill())?.fetched).toEqual([film.entry.fileId]);
    expect(await heldBytes(disks, film)).toBe(true);
  });

  const altered: TestFile = { entry: film.entry, bytes: film.bytes.map((byte, at) => (at === 5000 ? byte ^ 1 : byte)) };
  const longer: TestFile = { entry: film.entry, bytes: new Uint8Array(10_001) };
  it.each([
    ['wrong bytes', whole(altered)],
    ['a longer file', whole(longer)],
    ['too many bytes', (() => new Response(new Uint8Array(20_000).buffer)) as Source],
  ])('discards %s, sets the source aside and takes the next one from the start', async (_what, bad) => {
    const { fill, disks, asked } = agentWith([wanted(film, ['bad', 'good']), wanted(other, ['bad', 'both'])], {
      bad,
      good: whole(film),
      both: whole(other),
    });
    await fill();
    expect(asked.filter((each) => each.startsWith('good'))).toEqual(['good']);
    expect(await heldBytes(disks, film)).toBe(true);
    expect(await heldBytes(disks, other)).toBe(true);
  });

  const large = testFile(2 * PART_BYTES + 5, 'film', 3);
  const ranges = [`bytes=0-${PART_BYTES - 1}`, `bytes=${PART_BYTES}-${2 * PART_BYTES - 1}`, `bytes=${2 * PART_BYTES}-`];
  /** Has no room for copies when asked for the first time, the second, and so on, where it says so. */
  const busyAt = (times: readonly number[], file: TestFile): Source => {
    let asked = 0;
    return (request) => {
      asked += 1;
      if (!times.includes(asked)) return parts(file)(request);
      return new Response('{}', { status: 503, headers: { 'retry-after': '2' } });
    };
  };

  it('asks for a large file in parts: who gives it has its say with each', async () => {
    const { fill, disks, asked } = agentWith([wanted(large, ['peer'])], { peer: parts(large) });
    await fill();
    expect(asked).toEqual(['region', ...ranges.map((range) => `peer ${range}`)]);
    expect(await heldBytes(disks, large)).toBe(true);
  });

  it('takes the next part from another source when the one it had is busy', async () => {
    const { fill, disks, asked } = agentWith([wanted(large, ['peer', 'other'])], {
      peer: busyAt([2], large),
      other: parts(large),
    });
    await fill();
    const [first, second, last] = ranges;
    expect(asked.slice(1)).toEqual([`peer ${first}`, `peer ${second}`, `other ${second}`, `other ${last}`]);
    expect(await heldBytes(disks, large)).toBe(true);
  });

  it('waits with what it has while all who have the file are busy', async () => {
    const { fill, disks, asked, clock } = agentWith([wanted(large, ['peer'])], { peer: busyAt([2, 3], large) });
    expect((await fill())?.fetched).toEqual([large.entry.fileId]);
    const [first, second, last] = ranges.map((range) => `peer ${range}`);
    expect(asked.slice(1)).toEqual([first, second, second, second, last]);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(4000);
    expect(await heldBytes(disks, large)).toBe(true);
  });

  it('gives up in the end when all stay busy', async () => {
    const always = Array.from({ length: 100 }, (_, index) => index + 2);
    const { fill, disks, clock } = agentWith([wanted(large, ['peer'])], { peer: busyAt(always, large) });
    expect((await fill(200_000))?.failed).toEqual([large.entry.fileId]);
    expect([disks.list().length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('comes no faster than viewers leave room for, and at once when they are gone', async () => {
    let paceBps = 16_000;
    const { fill, disks, clock } = agentWith([wanted(film, ['peer'])], { peer: whole(film) }, {}, () => paceBps);
    // 10 kB at 8 kbit/s, the share of one of two copies.
    expect(await fill(5000)).toBeUndefined();
    expect(disks.list()).toEqual([]);
    paceBps = Number.POSITIVE_INFINITY;
    await clock.advance(1000);
    expect(disks.list()).toHaveLength(1);
  });

  it('leaves a source that gave wrong bytes alone for a while', async () => {
    const { fill, clock, asked, disks } = agentWith([wanted(film, ['bad', 'good'])], {
      bad: whole(altered),
      good: whole(film),
    });
    await fill();
    await disks.remove(film.entry.fileId);
    await fill();
    expect(asked).toEqual(['region', 'bad', 'good', 'region', 'good']);
    await disks.remove(film.entry.fileId);
    await clock.advance(60_000);
    await fill();
    expect(asked.slice(5)).toEqual(['region', 'bad', 'good']);
  });

  it('keeps nothing when every source is wrong, and tries again later and later', async () => {
    const { fill, disks, asked, clock } = agentWith([wanted(film, ['bad'])], { bad: whole(altered) });
    expect(await fill()).toMatchObject({ fetched: [], failed: [film.entry.fileId], missing: 1 });
    expect(disks.list()).toEqual([]);
    await fill();
    expect(asked).toEqual(['region', 'bad', 'region']);
    await clock.advance(500);
    await fill();
    expect(asked).toEqual(['region', 'bad', 'region', 'region', 'bad']);
  });

  it('goes on when a disk is full', async () => {
    const { fill, disks } = agentWith([wanted(film, ['peer']), wanted(other, ['peer2'])], {
      peer: whole(film),
      peer2: whole(other),
    });
    const write = disks.write.bind(disks);
    const small = new MemoryDiskStore({ capacityBytes: 5000 });
    disks.write = (file) => (file.fileId === film.entry.fileId ? small.write(file) : write(file));
    expect(await fill()).toMatchObject({ fetched: [other.entry.fileId], failed: [film.entry.fileId] });
  });

  it.each([
    ['refuses', refused],
    ['hangs', silent],
    ['answers nonsense', (() => new Response('<html>')) as Source],
    ['answers another shape', (() => Response.json({ files: 'none' })) as Source],
  ])('asks the next region when one %s, and stays with that', async (_what, bad) => {
    const { fill, asked } = agentWith([wanted(film, ['peer'])], { peer: whole(film) }, { dead: bad });
    expect(await fill()).toMatchObject({ region: 'region', missing: 0 });
    await fill();
    expect(asked).toEqual(['dead', 'region', 'peer', 'region']);
  });

  it('stops at once, in the middle of a file', async () => {
    const { agent, disks, clock } = agentWith([wanted(film, ['peer'])], { peer: some(film, 3000, 'hang') });
    const stop = new AbortController();
    let ended: FillSummary | undefined;
    void agent.fillOnce(stop.signal).then((summary) => {
      ended = summary;
    });
    await clock.advance(100);
    stop.abort();
    await clock.advance(0);
    expect(ended).toMatchObject({ fetched: [], missing: 1 });
    expect([disks.list().length, clock.pendingTimers]).toEqual([0, 0]);
  });
});
