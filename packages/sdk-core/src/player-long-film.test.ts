import type { PlayResponse, SegmentIndexFile } from '@pressplay/protocol/messages';
import { checksumOf, cutIndexes } from '@pressplay/protocol/wire';
import { describe, expect, it } from 'vitest';
import { type PlayerStage, playerStage } from './testing/player-stage.ts';

const SEGMENTS = 60;
const SEGMENT_MS = 4000;
const INDEX_ID = 'dada'.padEnd(32, '0');

const bytesOf = (file: SegmentIndexFile): Uint8Array => Uint8Array.from(Buffer.from(JSON.stringify(file)));

/** A film of four minutes of which the answer holds two; `change` spoils its index file before it is published. */
function longStage(change: (file: SegmentIndexFile) => SegmentIndexFile = (file) => file): PlayerStage & {
  readonly index: Uint8Array;
} {
  const stage = playerStage({ bufferGoalMs: 20_000 }, { segments: SEGMENTS, segmentMs: SEGMENT_MS });
  const { play } = stage.network;
  const renditions = play.fileSets.flatMap((set) => set.renditions);
  const { renditions: cut, file } = cutIndexes(renditions);
  const index = bytesOf(change(file));
  const [set] = play.fileSets;
  const cutPlay: PlayResponse = {
    ...play,
    fileSets: [{ servers: set?.servers ?? [], renditions: [...cut] }],
    indexFile: {
      fileId: INDEX_ID,
      etag: '"1-1"',
      sizeBytes: index.length,
      checksum: checksumOf(index),
      servers: [...(set?.servers ?? [])],
    },
  };
  stage.network.cutPlay = cutPlay;
  stage.network.indexAt = () => index;
  return { ...stage, index };
}

/** The answer is there, and nothing else yet. */
async function loaded({ player, clock }: PlayerStage): Promise<void> {
  const loading = player.load('sample-1');
  await clock.advance(15);
  await loading;
}

const damaged = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 50 ? byte ^ 1 : byte));

function deliveredNumbers({ log }: PlayerStage, kind: 'video' | 'audio'): number[] {
  return (log['segment-delivered'] ?? []).flatMap((event) => (event.kind === kind ? [event.segmentNumber] : []));
}

const mediaAsked = ({ network }: PlayerStage): string[] =>
  network.asked.filter(({ url }) => url.includes('oca-')).map(({ url }) => url.slice(-32));

const ALL = Array.from({ length: SEGMENTS }, (_, number) => number);

describe('a film of which the answer holds the first two minutes', () => {
  it('plays to its end without a stall, and starts as soon as one that came whole', async () => {
    const whole = playerStage({ bufferGoalMs: 20_000 }, { segments: SEGMENTS, segmentMs: SEGMENT_MS });
    await loaded(whole);
    await whole.clock.advance(1000);
    const stage = longStage();
    await loaded(stage);
    await stage.clock.advance(1000);
    expect(stage.player.stats().startupMs).toBeLessThan((whole.player.stats().startupMs ?? 0) * 1.05);
    await stage.clock.advance(SEGMENTS * SEGMENT_MS);
    expect(stage.player.state).toBe('ended');
    expect(stage.player.stats()).toMatchObject({ rebufferCount: 0, positionMs: SEGMENTS * SEGMENT_MS });
    expect(deliveredNumbers(stage, 'video')).toEqual(ALL);
    expect(deliveredNumbers(stage, 'audio')).toEqual(ALL);
  });

  it('asks for the first media before it asks for the rest of the index, and accounts for that as for media', async () => {
    const stage = longStage();
    await loaded(stage);
    await stage.clock.advance(3000);
    const asked = mediaAsked(stage);
    expect(asked.indexOf(INDEX_ID)).toBeGreaterThan(0);
    expect(asked.filter((fileId) => fileId === INDEX_ID)).toHaveLength(1);
    const entries = stage.player.ledger().entries.filter(({ fileId }) => fileId === INDEX_ID);
    expect(entries).toMatchObject([{ renditionId: 'index', requestedFrom: 0, deliveredTo: stage.index.length }]);
    expect(stage.player.presentation?.rest).toBeUndefined();
    expect(stage.player.presentation?.video.map(({ segments }) => segments.length)).toEqual([60, 60, 60, 60]);
  });

  it('goes where the viewer seeks before the rest is known', async () => {
    const stage = longStage();
    await loaded(stage);
    stage.player.seek(10_000);
    stage.player.seek(200_000);
    expect(stage.player.state).toBe('seeking');
    await stage.clock.advance(2000);
    expect(stage.player.state).toBe('playing');
    expect(stage.player.stats().positionMs).toBeGreaterThan(200_000);
    await stage.clock.advance(60_000);
    expect(stage.player.state).toBe('ended');
  });

  it('begins where the viewer left it: the rest of the index first, then as soon as any film', async () => {
    const startedAtMs = async (stage: PlayerStage): Promise<number> => {
      const loading = stage.player.load('sample-1', { startAtMs: 200_000 });
      await stage.clock.advance(2000);
      await loading;
      expect(stage.player.state).toBe('playing');
      expect(deliveredNumbers(stage, 'video')[0]).toBe(50);
      return stage.player.stats().startupMs ?? Number.NaN;
    };
    const stage = longStage();
    const withIndexMs = await startedAtMs(stage);
    expect(mediaAsked(stage)[0]).toBe(INDEX_ID);
    const whole = playerStage({ bufferGoalMs: 20_000 }, { segments: SEGMENTS, segmentMs: SEGMENT_MS });
    expect(withIndexMs).toBeLessThan((await startedAtMs(whole)) + 100);
  });
});

describe('the index file of a long film', () => {
  it('comes from the next server where one lacks it or its connection breaks', async () => {
    const stage = longStage();
    const { index } = stage;
    stage.network.indexAt = (ocaId) => (ocaId === 'oca-0' ? undefined : index);
    await loaded(stage);
    await stage.clock.advance(2000);
    expect(stage.player.presentation?.rest).toBeUndefined();
    expect(stage.player.state).toBe('playing');
  });

  it('comes again from another server where it came damaged', async () => {
    const stage = longStage();
    const { index } = stage;
    stage.network.indexAt = (ocaId) => (ocaId === 'oca-0' ? damaged(index) : index);
    await loaded(stage);
    await stage.clock.advance(SEGMENTS * SEGMENT_MS + 3000);
    expect(stage.player.state).toBe('ended');
    const from = stage.player.ledger().entries.flatMap((entry) => (entry.fileId === INDEX_ID ? [entry.ocaId] : []));
    expect(from[0]).toBe('oca-0');
    expect(from.at(-1)).not.toBe('oca-0');
  });

  it('that is damaged everywhere ends the play, and so it does one that has not begun', async () => {
    const stage = longStage();
    const { index } = stage;
    stage.network.indexAt = () => damaged(index);
    await loaded(stage);
    await stage.clock.advance(5000);
    expect(stage.player.state).toBe('failed');
    expect(stage.log.error).toMatchObject([{ error: { code: 'delivery/bad-index', context: { fileId: INDEX_ID } } }]);
    const later = longStage();
    later.network.indexAt = () => damaged(later.index);
    const loading = later.player.load('sample-1', { startAtMs: 150_000 }).catch((error: unknown) => error);
    await later.clock.advance(5000);
    expect(await loading).toMatchObject({ code: 'delivery/bad-index' });
    expect(later.player.state).toBe('failed');
    later.network.indexAt = () => later.index;
    const again = later.player.retry();
    await later.clock.advance(5000);
    await again;
    expect(later.player.stats().positionMs).toBeGreaterThan(150_000);
  });

  it.each<[string, (file: SegmentIndexFile) => SegmentIndexFile]>([
    ['does not know a rendition', (file) => ({ ...file, renditions: file.renditions.slice(1) })],
    ['begins elsewhere', (file) => ({ ...file, renditions: file.renditions.map((one) => ({ ...one, from: 29 })) })],
    [
      'reaches beyond the files',
      (file) => ({
        ...file,
        renditions: file.renditions.map((one) => ({ ...one, sizes: one.sizes.map((size) => 2 * size) })),
      }),
    ],
    ['has no durations', (file) => ({ ...file, durationsMs: [[]] })],
  ])('that %s is not what the region should have made', async (_, change) => {
    const stage = longStage(change);
    await loaded(stage);
    await stage.clock.advance(5000);
    expect(stage.log.error).toMatchObject([{ error: { code: 'region/bad-response' } }]);
  });

  it('that no server has costs nothing while there is something to watch: it is asked for again, by fresh grants', async () => {
    const stage = longStage();
    const { index, network, clock, player, log } = stage;
    network.indexAt = () => undefined;
    await loaded(stage);
    await clock.advance(80_000);
    expect(player.state).toBe('playing');
    expect(network.asked.filter(({ url }) => url.endsWith('/renew')).length).toBeGreaterThan(3);
    network.indexAt = () => index;
    await clock.advance(SEGMENTS * SEGMENT_MS);
    expect(player.state).toBe('ended');
    expect(log.rebuffer).toEqual([]);
    expect(deliveredNumbers(stage, 'video')).toEqual(ALL);
  });

  it('that no server ever has ends the play once all else was watched', async () => {
    const stage = longStage();
    stage.network.indexAt = () => undefined;
    await loaded(stage);
    await stage.clock.advance(115_000);
    expect(stage.log.rebuffer).toEqual([]);
    await stage.clock.runUntil(() => stage.player.state === 'failed', 60_000);
    expect(stage.log.error).toMatchObject([{ error: { code: 'delivery/no-server-left' } }]);
    expect(stage.player.stats().positionMs).toBe(120_000);
    expect(stage.player.stats().rebufferMs).toBeLessThan(31_000);
    await stage.clock.advance(5000);
    expect(stage.clock.pendingTimers).toBe(0);
  });

  it('that no server has ends a play that has nothing to watch', async () => {
    const stage = longStage();
    stage.network.indexAt = () => undefined;
    const loading = stage.player.load('sample-1', { startAtMs: 200_000 }).catch((error: unknown) => error);
    await stage.clock.advance(30_000);
    expect(await loading).toMatchObject({ code: 'delivery/no-server-left' });
  });

  it('is not waited for by who stops meanwhile', async () => {
    for (const startAtMs of [0, 200_000]) {
      const stage = longStage();
      stage.network.indexAt = () => undefined;
      const loading = stage.player.load('sample-1', { startAtMs }).catch((error: unknown) => error);
      await stage.clock.advance(25);
      if (startAtMs === 0) stage.player.seek(200_000);
      stage.player.stop();
      await stage.clock.advance(5000);
      await loading;
      expect(stage.clock.pendingTimers).toBe(0);
      expect(stage.player.state).toBe('idle');
      expect(stage.log.error).toEqual([]);
    }
  });
});
