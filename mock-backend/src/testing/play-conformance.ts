import { expect, it } from 'vitest';
import type { PlayClaim, PlayOutcome, StoredPlay } from '../leases/play-claim.ts';
import type { Store } from '../store/store.ts';
import { decisionConformance } from './decision-conformance.ts';
import { DEVICE } from './test-region.ts';

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

type Changes = Partial<PlayClaim['play']> & Partial<Omit<PlayClaim, 'play'>>;

let count = 0;

/** A play of its own with each call, of one account. */
function claim({ occasion = 'start', leaseEndsAtMs = NOW_MS + 2 * MINUTE_MS, maxStreams, ...play }: Changes = {}) {
  const id = String(++count);
  return {
    play: {
      playId: id.padStart(32, '0'),
      accountId: 'account',
      idempotencyKey: `key-${id.padStart(8, '0')}`,
      titleId: 'film',
      device: { ...DEVICE, maxHeightPx: 720, name: `TV ${id}` },
      createdAtMs: NOW_MS,
      ...play,
    },
    occasion,
    leaseEndsAtMs,
    ...(maxStreams !== undefined && { maxStreams }),
  } satisfies PlayClaim;
}

const stored = ({ play, leaseEndsAtMs }: PlayClaim): StoredPlay => ({ ...play, leaseEndsAtMs });

async function one(store: Store, asked: PlayClaim, nowMs = NOW_MS, expiredBeforeMs = 0): Promise<PlayOutcome> {
  const [outcome] = await store.claimPlays([asked], nowMs, expiredBeforeMs);
  if (!outcome) throw new Error('No outcome.');
  return outcome;
}

/** What every store must do with plays and their leases. */
export function playConformance(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  decisionConformance(open, reopen);

  it('keeps the first play of an account and key, whoever comes second', async () => {
    const store = await open();
    const other = await reopen(store);
    const first = claim({ playerId: 'player-1' });
    expect(await store.claimPlays([], NOW_MS, 0)).toEqual([]);
    const played = { verdict: 'granted', play: stored(first), replaced: [], tookStream: true };
    expect(await one(store, first)).toEqual(played);
    const { accountId, idempotencyKey } = first.play;
    const second = claim({ accountId, idempotencyKey, titleId: 'other' });
    expect(await one(other, second)).toEqual({ verdict: 'other-request', play: stored(first) });
    expect(await other.findPlay(first.play.playId)).toEqual(stored(first));
    expect(await store.findPlay('f'.repeat(32))).toBeUndefined();
    const elsewhere = claim({ accountId: 'another', idempotencyKey });
    expect(await one(store, elsewhere)).toMatchObject({ verdict: 'granted' });
  });

  it('gives a retry the play it began, and no second stream', async () => {
    const store = await open();
    const other = await reopen(store);
    const first = claim({ maxStreams: 1 });
    await one(store, first);
    const again = { ...first, leaseEndsAtMs: first.leaseEndsAtMs + 5 };
    expect(await one(other, again)).toEqual({ verdict: 'granted', play: stored(again), replaced: [] });
    // However early it would end: whoever asked first can tell that somebody asked again.
    expect(await one(other, { ...first })).toMatchObject({ play: { leaseEndsAtMs: again.leaseEndsAtMs + 1 } });
    expect(await one(other, claim({ maxStreams: 1 }))).toMatchObject({ verdict: 'stream-limit' });
  });

  it('lets exactly as many of many simultaneous claims win as there are streams, in whichever region', async () => {
    const store = await open();
    const other = await reopen(store);
    const claims = Array.from({ length: 40 }, () => claim({ maxStreams: 3 }));
    const batches = [claims.slice(0, 10), claims.slice(10, 20), claims.slice(20, 21), claims.slice(21)];
    const outcomes = await Promise.all(
      batches.map((batch, at) => (at % 2 ? store : other).claimPlays(batch, NOW_MS, 0)),
    );
    const granted = outcomes.flat().filter(({ verdict }) => verdict === 'granted');
    expect(granted).toHaveLength(3);
    const refused = outcomes.flat().find((outcome) => outcome.verdict === 'stream-limit');
    const holders = refused?.verdict === 'stream-limit' ? refused.holders : [];
    const ids = (plays: readonly StoredPlay[]) => plays.map(({ playId }) => playId).sort();
    expect(ids(holders)).toEqual(ids(granted.map(({ play }) => play)));
    expect(holders[0]?.device.name).toContain('TV');
  });

  it('takes batches that share accounts in every order', async () => {
    const store = await open();
    const other = await reopen(store);
    const batch = () => Array.from({ length: 12 }, (_, i) => claim({ accountId: `account-${i}`, maxStreams: 2 }));
    const batches = Array.from({ length: 10 }, (_, i) => (i % 2 ? batch() : batch().reverse()));
    const outcomes = await Promise.all(
      batches.map((claims, at) => (at % 3 ? store : other).claimPlays(claims, NOW_MS, 0)),
    );
    expect(outcomes.flat().filter(({ verdict }) => verdict === 'granted')).toHaveLength(24);
  });

  it('frees a stream when its lease ends, when its play ends and when its player plays something else', async () => {
    const store = await open();
    const other = await reopen(store);
    const first = claim({ maxStreams: 1, playerId: 'player-1' });
    await one(store, first);
    const next = claim({ maxStreams: 1, playerId: 'player-1', leaseEndsAtMs: NOW_MS + MINUTE_MS });
    expect(await one(other, next)).toMatchObject({ verdict: 'granted', replaced: [first.play.playId] });
    expect(await one(store, first)).toMatchObject({ verdict: 'ended' });
    const late = claim({ maxStreams: 1 });
    expect(await one(store, late, NOW_MS + MINUTE_MS - 1)).toMatchObject({ verdict: 'stream-limit' });
    expect(await one(store, late, NOW_MS + MINUTE_MS)).toMatchObject({ verdict: 'granted' });
    await other.endPlays([late.play.playId, 'f'.repeat(32)], NOW_MS + MINUTE_MS);
    await other.endPlays([], NOW_MS);
    expect(await store.findPlay(late.play.playId)).toMatchObject({ leaseEndsAtMs: 0, endedAtMs: NOW_MS + MINUTE_MS });
    expect(await one(store, claim({ maxStreams: 1 }), NOW_MS + MINUTE_MS)).toMatchObject({ verdict: 'granted' });
    expect(await one(store, { ...late, occasion: 'renewal' })).toMatchObject({ verdict: 'ended' });
  });

  it('gives a renewal its stream again only where one is free', async () => {
    const store = await open();
    const lapsed = claim({ maxStreams: 1, leaseEndsAtMs: NOW_MS + 10 });
    const renewal = { ...lapsed, occasion: 'renewal', leaseEndsAtMs: NOW_MS + 5 * MINUTE_MS } as const;
    await one(store, lapsed);
    const thief = claim({ maxStreams: 1, leaseEndsAtMs: NOW_MS + MINUTE_MS });
    expect(await one(store, thief, NOW_MS + 20)).toMatchObject({ verdict: 'granted' });
    expect(await one(store, renewal, NOW_MS + 30)).toMatchObject({
      verdict: 'stream-limit',
      holders: [stored(thief)],
    });
    expect(await one(store, renewal, NOW_MS + MINUTE_MS)).toMatchObject({ verdict: 'granted' });
  });

  it('moves the leases of plays that were heard of, and wakes none that is over', async () => {
    const store = await open();
    const other = await reopen(store);
    const [heard, lapsed, ended] = [claim(), claim({ leaseEndsAtMs: NOW_MS + 1 }), claim()];
    await store.claimPlays([heard, lapsed, ended], NOW_MS, 0);
    await store.endPlays([ended.play.playId], NOW_MS);
    const beats = [heard, lapsed, ended].map(({ play }) => ({
      playId: play.playId,
      leaseEndsAtMs: NOW_MS + MINUTE_MS,
    }));
    await other.beatLeases([], NOW_MS);
    await other.beatLeases(beats, NOW_MS + 1);
    const ends = await Promise.all(beats.map(async ({ playId }) => (await store.findPlay(playId))?.leaseEndsAtMs));
    expect(ends).toEqual([NOW_MS + MINUTE_MS, NOW_MS + 1, 0]);
  });

  it('ends a lease early only where nobody asked for its play again, in whichever region', async () => {
    const store = await open();
    const other = await reopen(store);
    const [unheard, retried] = [claim(), claim()];
    await store.claimPlays([unheard, retried], NOW_MS, 0);
    await one(other, retried);
    const back = [unheard, retried].map(({ play: { playId }, leaseEndsAtMs: ifEndsAtMs }) => ({
      playId,
      leaseEndsAtMs: NOW_MS + 1,
      ifEndsAtMs,
    }));
    await store.beatLeases(back, NOW_MS + 1);
    const ends = await Promise.all(back.map(async ({ playId }) => (await store.findPlay(playId))?.leaseEndsAtMs));
    expect(ends).toEqual([NOW_MS + 1, retried.leaseEndsAtMs + 1]);
    expect(await one(store, unheard, NOW_MS + 2)).toMatchObject({ verdict: 'granted' });
  });

  it('counts what was granted while the store was away, and no stream for what is asked ahead', async () => {
    const store = await open();
    await one(store, claim({ maxStreams: 1 }));
    expect(await one(store, claim({ occasion: 'restore' }))).toMatchObject({ verdict: 'granted' });
    const ahead = claim({ occasion: 'prefetch', maxStreams: 1 });
    expect(await one(store, ahead)).toMatchObject({ verdict: 'granted', play: { leaseEndsAtMs: 0 } });
    const refused = await one(store, { ...ahead, occasion: 'start' });
    expect(refused.verdict === 'stream-limit' ? refused.holders : []).toHaveLength(2);
  });

  it('lets a key be used again once its play expired', async () => {
    const store = await open();
    const old = claim();
    await one(store, old);
    const next = { ...old, play: { ...old.play, titleId: 'other', createdAtMs: NOW_MS + 100 } };
    expect(await one(store, next, NOW_MS + 100, NOW_MS + 1)).toMatchObject({ verdict: 'granted' });
    expect(await store.findPlay(old.play.playId)).toMatchObject({ titleId: 'other' });
  });

  it('has a clock of its own, by which it forgets old plays', async () => {
    const store = await open();
    const other = await reopen(store);
    const wallMs = await store.wallMs();
    // A year from any clock that is right.
    expect(Math.abs(wallMs - Date.now())).toBeLessThan(365 * 24 * 60 * MINUTE_MS);
    expect(await other.wallMs()).toBeGreaterThanOrEqual(Math.floor(wallMs));
    const [young, old] = [claim({ createdAtMs: wallMs }), claim({ createdAtMs: wallMs - 60 * MINUTE_MS })];
    await store.claimPlays([young, old], wallMs, 0);
    expect(await other.forgetPlays(90 * MINUTE_MS)).toBe(0);
    expect(await other.forgetPlays(30 * MINUTE_MS)).toBe(1);
    expect(await store.findPlay(old.play.playId)).toBeUndefined();
    expect(await store.findPlay(young.play.playId)).toBeDefined();
  });
}
