import type { LearnedRoute } from '@pressplay/protocol/routes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeldSession, holdSession, type SessionLook, unheardSession } from './hold-routes.ts';

const SETTINGS = { holdMs: 60_000, settleMs: 5000 };
const route = (prefix: string, med = 0): LearnedRoute => ({ prefix, asPath: [64501], med });
const ALL = [route('23.1.0.0/16'), route('23.2.0.0/16')];
const up = (routes: readonly LearnedRoute[] = ALL): SessionLook => ({ up: true, reason: 'Established', routes });
const down: SessionLook = { up: false, reason: 'Connect', routes: [] };

/** Looks at the session once a second; each step is what it looks like and for how many seconds. */
function live(steps: readonly (readonly [SessionLook, number])[], from?: HeldSession): HeldSession {
  let session = from ?? unheardSession(SETTINGS, 0);
  let nowMs = session.lookedAtMs;
  for (const [look, seconds] of steps)
    for (let i = 0; i < seconds; i++) {
      nowMs += 1000;
      session = holdSession(session, look, nowMs, SETTINGS);
    }
  return session;
}
const prefixes = ({ routes }: HeldSession): string[] => routes.map(({ prefix }) => prefix).sort();

describe('a session with a router', () => {
  it('counts at once what it tells, and what it takes back', () => {
    expect(live([[up(), 1]])).toMatchObject({ state: 'up', routes: ALL });
    expect(
      live([
        [up(), 5],
        [up(ALL.slice(1)), 1],
      ]),
    ).toMatchObject({ state: 'up', routes: ALL.slice(1) });
  });

  it('keeps its last routes for the hold when it is lost, and then withdraws', () => {
    expect(
      live([
        [up(), 5],
        [down, 59],
      ]),
    ).toMatchObject({ state: 'held', routes: ALL, reason: 'Connect' });
    expect(
      live([
        [up(), 5],
        [down, 62],
      ]),
    ).toMatchObject({ state: 'down', routes: [] });
  });

  it('loses nothing while it tells its routes again', () => {
    const [one, other] = [[route('23.1.0.0/16', 9)], [route('23.1.0.0/16', 9), route('23.3.0.0/16')]];
    const back = live([
      [up(), 5],
      [down, 10],
      [up([]), 1],
      [up(one), 2],
      [up(other), 2],
    ]);
    expect(back.state).toBe('settling');
    expect(prefixes(back)).toEqual(['23.1.0.0/16', '23.2.0.0/16', '23.3.0.0/16']);
    expect(back.routes.find(({ prefix }) => prefix === '23.1.0.0/16')?.med).toBe(9);
    const settled = live([[up(other), 6]], back);
    expect(settled).toMatchObject({ state: 'up', routes: other });
  });

  it('that flaps uses up one hold, and has a new one after a calm time', () => {
    const flap = (times: number) =>
      Array.from(
        { length: times },
        () =>
          [
            [down, 8],
            [up(), 8],
          ] as const,
      ).flat();
    const flapping = live([[up(), 100], ...flap(5)]);
    expect(flapping.holdLeftMs).toBeLessThan(20_000);
    expect(live([[down, 30]], flapping)).toMatchObject({ state: 'down', routes: [] });
    const calm = live([[up(), 61]], flapping);
    expect(live([[down, 59]], calm)).toMatchObject({ state: 'held', routes: ALL });
  });

  it('of before a restart of the agent counts as one that was lost', () => {
    const begun = unheardSession(SETTINGS, 0, ALL);
    expect(live([[down, 59]], begun)).toMatchObject({ state: 'held', routes: ALL });
    expect(live([[down, 61]], begun)).toMatchObject({ state: 'down', routes: [] });
    expect(live([[up(ALL.slice(1)), 10]], begun)).toMatchObject({ state: 'up', routes: ALL.slice(1) });
  });

  it('announces nothing that it has not told within the hold, whatever happens', () => {
    const look = fc.oneof(fc.constant(down), fc.subarray([...ALL, route('23.4.0.0/16'), route('23.5.0.0/16')]).map(up));
    const step = fc.tuple(look, fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const toldAt = new Map<string, number>();
        let session = unheardSession(SETTINGS, 0);
        let nowMs = 0;
        for (const [seen, seconds] of steps) {
          for (let i = 0; i < seconds; i++) {
            nowMs += 1000;
            for (const { prefix } of seen.routes) toldAt.set(prefix, nowMs);
            session = holdSession(session, seen, nowMs, SETTINGS);
            // As long as the session stands and is settled it announces exactly what it is told.
            if (session.state === 'up') expect(session.routes).toBe(seen.routes);
            for (const { prefix } of session.routes)
              expect(nowMs - (toldAt.get(prefix) ?? Number.NEGATIVE_INFINITY)).toBeLessThanOrEqual(SETTINGS.holdMs);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});
