import { describe, expect, it } from 'vitest';
import type { NetworkInfo } from './ports/network-info.ts';
import { playerStage as stage } from './testing/player-stage.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

function store() {
  const values = new Map<string, string>();
  return {
    values,
    get: (key: string) => values.get(key),
    set: (key: string, value: string) => void values.set(key, value),
  };
}

const SIZES = { segments: 12, videoBps: [300_000, 800_000, 1_600_000, 3_000_000] };
const FAST_BPS = 200_000_000;

describe('renditions around the plan', () => {
  it('are told with the limits that hold, and why', async () => {
    const { clock, player } = stage({ maxVideoBps: 2_000_000, dataSaver: true });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(20_000);
    expect(player.stats().limits).toEqual([
      { reason: 'app', maxVideoBps: 2_000_000 },
      { reason: 'data-saver', maxHeightPx: 480, maxVideoBps: 1_500_000 },
    ]);
    expect(player.stats().renditionId).toBe('v360');
  });

  it('leave behind what they saw of the network', async () => {
    const storage = store();
    const { clock, player, log } = stage({}, SIZES, { storage });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(50_000);
    expect(log['rendition-selected']?.[0]).toMatchObject({ to: 'v180', reason: 'start-cautious' });
    const { rateBps } = JSON.parse(storage.get('network-any') ?? '{}');
    expect(rateBps).toBeGreaterThan(5_000_000);
    expect(rateBps).toBeLessThan(21_000_000);
  });

  it('start better where earlier plays saw a fast network, hardly later', async () => {
    const startOf = async (storage: ReturnType<typeof store>) => {
      const { clock, player, network, log } = stage({}, SIZES, { storage });
      network.rateBps = FAST_BPS;
      await clock.resolve(player.load('sample-1'));
      await clock.advance(3000);
      return { first: log['rendition-selected']?.[0], startupMs: player.stats().startupMs ?? Number.NaN };
    };
    const storage = store();
    const unknown = await startOf(storage);
    storage.set('network-any', JSON.stringify({ rateBps: 100e6, spread: 0.2, atMs: new VirtualClock().wallMs() }));
    const known = await startOf(storage);
    expect(unknown.first?.to).toBe('v180');
    expect(known.first).toMatchObject({ to: 'v540', reason: 'start-history' });
    expect(known.startupMs - unknown.startupMs).toBeLessThan(150);
  });

  it('start as ever where the store is broken', async () => {
    const broken = (): never => {
      throw new Error('denied');
    };
    const { clock, player, log } = stage({}, SIZES, { storage: { get: broken, set: broken } });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(log['rendition-selected']?.[0]?.reason).toBe('start-cautious');
    expect(player.state).toBe('ended');
  });

  it('count what better segments replaced, each byte in one account', async () => {
    const { clock, player, network, log } = stage({}, { ...SIZES, segments: 16 });
    network.rateBps = 1_500_000;
    await clock.resolve(player.load('sample-1'));
    await clock.advance(12_000);
    network.rateBps = FAST_BPS;
    await clock.advance(70_000);
    const { bytes } = player.stats();
    const delivered = log['segment-delivered']?.reduce((sum, segment) => sum + segment.bytes, 0) ?? 0;
    expect(player.state).toBe('ended');
    expect(bytes.replacedBytes).toBeGreaterThan(0);
    expect(bytes.deliveredBytes + bytes.replacedBytes).toBe(delivered);
  });

  it('replace nothing while the viewer saves data', async () => {
    const networkInfo: NetworkInfo = { current: () => ({ savesData: true }) };
    const { clock, player, network } = stage({}, { ...SIZES, segments: 16 }, { networkInfo });
    network.rateBps = 1_500_000;
    await clock.resolve(player.load('sample-1'));
    await clock.advance(12_000);
    network.rateBps = FAST_BPS;
    await clock.advance(70_000);
    expect(player.state).toBe('ended');
    expect(player.stats().bytes.replacedBytes).toBe(0);
  });
});
