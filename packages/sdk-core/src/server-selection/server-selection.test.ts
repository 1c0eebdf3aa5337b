import { describe, expect, it } from 'vitest';
import { candidates, failed, input, measured, measuredAt } from '../testing/known-servers.ts';
import { type ChooseInput, chooseServer, type Preference } from './choose-server.ts';
import { excludedForMs } from './exclusions.ts';
import { NO_HINTS, noteHint } from './load-hints.ts';
import { rankServers } from './rank-servers.ts';

const DURESS = { estimatedBps: undefined, maxBps: undefined, isInDuress: true };

describe('choosing', () => {
  it('starts with the best', () => {
    expect(chooseServer(input())).toMatchObject({ ocaId: 'oca-0', reason: 'start', preference: { ocaId: 'oca-0' } });
  });

  const at = (nowMs: number, rates: readonly number[], preference: Preference, more: Partial<ChooseInput> = {}) =>
    chooseServer(input({ nowMs, preference, ...measuredAt(nowMs, rates), ...more }));

  it('changes to a better server only by a margin, and only when it stays better', () => {
    const first = at(100_000, [5e6, 6.5e6], { ocaId: 'oca-0' });
    expect(first).toMatchObject({ ocaId: 'oca-0', reason: 'kept', preference: { challengerId: 'oca-1' } });
    const interrupted = at(104_000, [5e6, 5.2e6], first?.preference ?? {});
    expect(interrupted?.preference).toEqual({ ocaId: 'oca-0' });
    const again = at(109_000, [5e6, 6.5e6], interrupted?.preference ?? {});
    expect(again).toMatchObject({ ocaId: 'oca-0', reason: 'kept' });
    expect(at(112_500, [5e6, 6.5e6], again?.preference ?? {})).toMatchObject({ ocaId: 'oca-0' });
    expect(at(112_500, [5e6, 15e6], again?.preference ?? {})).toMatchObject({ ocaId: 'oca-1' });
    const held = at(117_000, [5e6, 6.5e6], again?.preference ?? {});
    expect(held).toMatchObject({ ocaId: 'oca-1', reason: 'better-by-margin', preference: { leftId: 'oca-0' } });
  });

  it('waits longer each time that it followed a better server', () => {
    let preference: Preference = { ocaId: 'oca-0' };
    let ratesBps: readonly number[] = [5e6, 10e6];
    const movesAtMs: number[] = [];
    for (let nowMs = 0; nowMs < 300_000; nowMs += 1000) {
      const choice = at(nowMs, ratesBps, preference);
      preference = choice?.preference ?? {};
      if (choice?.reason !== 'better-by-margin') continue;
      movesAtMs.push(nowMs);
      ratesBps = [...ratesBps].reverse();
    }
    const waitsMs = movesAtMs.map((atMs, index) => atMs - (movesAtMs[index - 1] ?? 0));
    expect(waitsMs.length).toBeGreaterThanOrEqual(5);
    expect(waitsMs.slice(1)).toEqual(waitsMs.slice(1).sort((a, b) => a - b));
    expect(waitsMs.at(-1)).toBeGreaterThan(2 * (waitsMs[0] ?? 0));
  });

  it('trusts no measurement of a challenger that is old', () => {
    const known = measuredAt(400_000, [5e6], measuredAt(100_000, [5e6, 10e6]));
    const preference = { ocaId: 'oca-0', challengerId: 'oca-1', challengedAtMs: 0 };
    expect(chooseServer(input({ ...known, nowMs: 400_000, preference }))).toMatchObject({
      ocaId: 'oca-0',
      reason: 'kept',
    });
  });

  it('looks for nobody better while the server gives plenty', () => {
    const preference = { ocaId: 'oca-0', challengerId: 'oca-1', challengedAtMs: 0 };
    expect(at(100_000, [20e6, 40e6], preference, { mediaBps: 4e6 })).toMatchObject({ reason: 'kept' });
    expect(at(100_000, [20e6, 40e6], preference, { mediaBps: 10e6 })).toMatchObject({ reason: 'better-by-margin' });
  });

  it('does not wait where the preferred server would be too late', () => {
    const preference = { ocaId: 'oca-0' };
    expect(chooseServer(input({ ...measured(300_000, 20e6), preference }))).toMatchObject({
      ocaId: 'oca-1',
      reason: 'better-by-margin',
    });
  });

  it('never leaves a server that is in time for one that was not measured', () => {
    expect(chooseServer(input({ ...measured(700_000), preference: { ocaId: 'oca-0' } }))).toMatchObject({
      reason: 'kept',
    });
  });

  it('leaves an excluded server, and comes back to it only after it has proven itself', () => {
    const exclusions = failed(0);
    const preference = { ocaId: 'oca-0' };
    expect(chooseServer(input({ exclusions, preference }))).toMatchObject({ ocaId: 'oca-1', reason: 'excluded' });
    const long = input({ exclusions, nowMs: 400_000 });
    expect(excludedForMs(exclusions, { ocaId: 'oca-0', siteId: 'site-0' }, 400_000)).toBe(0);
    expect(chooseServer(long)?.ocaId).toBe('oca-1');
  });

  it('keeps its preference where another server is needed for one file only', () => {
    const preference = { ocaId: 'oca-9' };
    expect(chooseServer(input({ preference }))).toMatchObject({ ocaId: 'oca-0', reason: 'not-holding', preference });
  });

  it('asks for no proof where only one server is left that needs none', () => {
    const exclusions = failed(1, 0);
    const excluded = (count: number) =>
      rankServers(input({ servers: candidates(count), exclusions })).find(({ ocaId }) => ocaId === 'oca-1')?.excluded;
    expect([excluded(3), excluded(2)]).toEqual([true, false]);
    expect(rankServers(input({ servers: candidates(2), exclusions: failed(1) })).at(-1)?.excluded).toBe(true);
  });

  it('takes the one that failed least when all are excluded', () => {
    const exclusions = failed(1, 100_000, failed(0, 100_000, failed(0, 50_000, failed(2, 99_000, failed(2, 40_000)))));
    expect(chooseServer(input({ exclusions, preference: { ocaId: 'oca-0' } }))).toMatchObject({
      ocaId: 'oca-1',
      reason: 'all-excluded',
    });
  });
});

describe('exploring', () => {
  const explored = (given: Partial<ChooseInput>) =>
    chooseServer(input({ preference: { ocaId: 'oca-0' }, mayExplore: true, neededInMs: 20_000, ...given }));

  it('sends a piece of a wanted range to a server that may be better', () => {
    const choice = explored(measured(4e6));
    expect(choice).toMatchObject({ reason: 'explore', preference: { ocaId: 'oca-0' } });
    expect(choice?.ocaId).not.toBe('oca-0');
    expect(choice?.bytes).toBeLessThanOrEqual(256 * 1024);
  });

  it('leaves a clear winner alone, and looks at a close race again when what is known grew old', () => {
    expect(explored(measured(10e6, 3e6, 3e6))?.reason).toBe('kept');
    expect(explored(measured(4e6, 3.9e6, 2e6))?.reason).toBe('kept');
    const known = measuredAt(160_000, [4e6], measuredAt(100_000, [4e6, 3.9e6, 2e6]));
    expect(explored({ ...known, nowMs: 160_000 })).toMatchObject({ ocaId: 'oca-1', reason: 'explore' });
  });

  it('looks back a few times at the server that it left for a better one: that may have been luck', () => {
    const known = measuredAt(115_000, [undefined, 5.4e6], measuredAt(100_000, [4e6, 5.4e6]));
    const back = (preference: Preference) =>
      explored({ ...known, servers: candidates(2), nowMs: 115_000, preference: { ocaId: 'oca-1', ...preference } });
    expect(back({ leftId: 'oca-0' })).toMatchObject({ ocaId: 'oca-0', reason: 'explore' });
    expect(back({ leftId: 'oca-0', explored: 3 })?.reason).toBe('kept');
    expect(back({})?.reason).toBe('kept');
  });

  it.each([
    ['while the buffer is low', { neededInMs: 7000 }],
    ['after trouble with the range', { mayExplore: false }],
    ['right after the last time', { exploredAtMs: 98_000 }],
    ['where the server gives plenty', { mediaBps: 400_000 }],
    ['with a range too short to measure', { bytes: 10_000 }],
  ])('never explores %s', (_, given) => {
    expect(explored({ ...measured(4e6), ...given })?.reason).toBe('kept');
  });

  it('never sends media to an excluded server or to one in duress for that', () => {
    const hints = noteHint(NO_HINTS, { ocaId: 'oca-2', says: DURESS, nowMs: 100_000, chance: 0 });
    expect(explored({ ...measured(4e6), exclusions: failed(1), hints })?.reason).toBe('kept');
  });
});

describe('duress', () => {
  const hints = noteHint(NO_HINTS, { ocaId: 'oca-0', says: DURESS, nowMs: 100_000, chance: 0.5 });
  const at = (nowMs: number, given: Partial<ChooseInput> = {}) =>
    chooseServer(input({ nowMs, hints, preference: { ocaId: 'oca-0' }, ...measuredAt(nowMs, [4e6]), ...given }));

  it('is followed at this client’s own moment', () => {
    expect(at(101_000)).toMatchObject({ ocaId: 'oca-0', reason: 'kept' });
    expect(at(106_001)).toMatchObject({ reason: 'duress' });
    expect(at(106_001)?.ocaId).not.toBe('oca-0');
  });

  it('is borne where everybody else is much worse', () => {
    expect(at(106_001, measuredAt(106_001, [4e6, 1e6, 1e6]))).toMatchObject({ ocaId: 'oca-0' });
  });

  it('scatters a crowd, each to where it is drawn', () => {
    const goals = Array.from({ length: 40 }, (_, index) => at(106_001, { chance: index / 40 })?.ocaId);
    expect(new Set(goals)).toEqual(new Set(['oca-1', 'oca-2']));
    expect(goals.filter((goal) => goal === 'oca-1').length).toBeLessThan(30);
  });
});
