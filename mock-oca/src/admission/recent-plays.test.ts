import { describe, expect, it } from 'vitest';
import { RECENT_PLAY_MS, RecentPlays } from './recent-plays.ts';
import { retryAfterClasses, retryAfterS } from './retry-after.ts';

describe('the plays that an OCA serves', () => {
  it('are those that asked of late', () => {
    const plays = new RecentPlays();
    plays.note('a', 0);
    expect([plays.has('a', RECENT_PLAY_MS - 1), plays.has('a', RECENT_PLAY_MS), plays.has('b', 0)]).toEqual([
      true,
      false,
      false,
    ]);
    plays.note('a', 30_000);
    expect(plays.has('a', RECENT_PLAY_MS + 1)).toBe(true);
  });

  it('are forgotten when they are over', () => {
    const plays = new RecentPlays();
    for (let n = 0; n < 100; n++) plays.note(`play-${n}`, n);
    plays.note('late', 2 * RECENT_PLAY_MS);
    expect(plays.size).toBe(1);
  });

  it('are bounded, and those that asked last stay', () => {
    const plays = new RecentPlays(3);
    for (const [at, play] of ['a', 'b', 'c'].entries()) plays.note(play, at);
    plays.note('a', 20_000);
    plays.note('d', 20_001);
    expect(['a', 'b', 'c', 'd'].filter((play) => plays.has(play, 20_002))).toEqual(['a', 'c', 'd']);
  });
});

describe('when who was refused may come again', () => {
  it('is the same for a play, and spread over a crowd', () => {
    const crowd = Array.from({ length: 1600 }, (_, n) => retryAfterS(n.toString(16).padStart(32, '0')));
    expect(retryAfterS('ab')).toBe(retryAfterS('cb'));
    for (const delayS of [2, 3, 4, 5, 6]) {
      const share = crowd.filter((each) => each === delayS).length / crowd.length;
      expect(share, `${delayS} s`).toBeGreaterThan(0.1);
      expect(share, `${delayS} s`).toBeLessThan(0.3);
    }
    expect(Math.min(...crowd)).toBe(2);
    expect(Math.max(...crowd)).toBe(6);
  });

  it('is told to nginx as classes of last characters', () => {
    for (const [delayS, lasts] of retryAfterClasses())
      for (const last of lasts) expect(retryAfterS(`0123${last}`)).toBe(delayS);
    expect([...retryAfterClasses().values()].join('').length).toBe(36);
  });
});
