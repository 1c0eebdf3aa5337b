import { describe, expect, it } from 'vitest';
import type { Http } from '../deps.ts';
import { writeFile } from '../disks/disk-store.ts';
import { ocaWith, testFile } from '../testing/oca-fixture.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';

async function reporting() {
  const clock = new VirtualClock();
  const state: Record<string, 'up' | 'down' | 'hang'> = { east: 'up', west: 'up' };
  /** These have just started, and say so once. */
  const forgetful = new Set<string>();
  const told: { region: string; what: string; body: Record<string, unknown>; auth: string | null }[] = [];
  const http: Http = async (request) => {
    const url = new URL(request.url);
    if (state[url.host] === 'down') throw new Error('refused');
    if (state[url.host] === 'hang') return new Promise(() => {});
    if (request.method !== 'PUT') return new Response('{}', { status: 500 });
    const what = url.pathname.split('/').at(-1) ?? '';
    told.push({ region: url.host, what, body: await request.json(), auth: request.headers.get('authorization') });
    if (what === 'health' && forgetful.delete(url.host)) return Response.json({ tellAll: true });
    return new Response(null, { status: 204 });
  };
  const regions = ['east', 'west'].map((regionId) => ({ regionId, baseUrl: `http://${regionId}` }));
  const routes = [{ prefix: '198.51.100.0/24', asPath: [] }];
  const fixture = await ocaWith([], { clock, http, config: { regions, routes } });
  const since = (from: number): string[] => told.slice(from).map(({ region, what }) => `${region} ${what}`);
  return { ...fixture, clock, state, forgetful, told, since };
}

describe('reports', () => {
  it('tell everything at the start, then health each second', async () => {
    const { oca, clock, told, since } = await reporting();
    oca.start();
    await clock.advance(0);
    expect(new Set(since(0))).toEqual(
      new Set(['east routes', 'east inventory', 'east health', 'west routes', 'west inventory', 'west health']),
    );
    expect(told.find(({ what }) => what === 'routes')).toMatchObject({
      auth: 'Bearer oca-token-0123456789',
      body: { ocaId: 'fjord-1-a', routes: [{ prefix: '198.51.100.0/24', asPath: [], med: 0 }] },
    });
    const before = told.length;
    await clock.advance(3000);
    expect(since(before).sort()).toEqual([...Array(3).fill('east health'), ...Array(3).fill('west health')]);
    oca.stop();
    const atStop = told.length;
    await clock.advance(5000);
    expect(told.length).toBe(atStop);
  });

  it('tell the inventory when it changed, and everything again now and then', async () => {
    const { oca, clock, disks, told, since } = await reporting();
    oca.start();
    await clock.advance(500);
    const before = told.length;
    const file = testFile(100);
    await writeFile(disks, file.entry, file.bytes);
    await clock.advance(1000);
    expect(since(before).sort()).toEqual(['east health', 'east inventory', 'west health', 'west inventory']);
    expect(told.filter(({ what }) => what === 'inventory').at(-1)?.body).toEqual({
      ocaId: 'fjord-1-a',
      fileIds: [file.entry.fileId],
    });
    const later = told.length;
    await clock.advance(10_000);
    expect(since(later).filter((each) => each === 'east routes')).toHaveLength(1);
    oca.stop();
  });

  it.each(['down', 'hang'] as const)(
    'reach one region each second while another is %s, and tell that one everything when it is back',
    async (trouble) => {
      const { oca, clock, state, told, since } = await reporting();
      state.west = trouble;
      oca.start();
      await clock.advance(5500);
      expect(since(0).filter((each) => each === 'east health')).toHaveLength(6);
      expect(since(0).filter((each) => each.startsWith('west'))).toEqual([]);
      state.west = 'up';
      const before = told.length;
      await clock.advance(3500);
      expect(
        since(before)
          .filter((each) => each.startsWith('west'))
          .slice(0, 3),
      ).toEqual(['west routes', 'west inventory', 'west health']);
      oca.stop();
    },
  );

  it('tell everything at once to a region that has forgotten, and nothing more to the others', async () => {
    const { oca, clock, told, since, forgetful } = await reporting();
    oca.start();
    await clock.advance(500);
    const before = told.length;
    forgetful.add('east');
    await clock.advance(1000);
    expect(since(before).sort()).toEqual([
      'east health',
      'east health',
      'east inventory',
      'east routes',
      'west health',
    ]);
    oca.stop();
  });

  it('say goodbye when draining', async () => {
    const { oca, told } = await reporting();
    await oca.drain();
    const last = ['east', 'west'].map(
      (region) => told.filter((each) => each.region === region && each.what === 'health').at(-1)?.body.verdict,
    );
    expect(last).toEqual(['draining', 'draining']);
  });
});
