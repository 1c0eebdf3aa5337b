import { expect, it } from 'vitest';
import { DRILL_DEFAULTS, type DrillPlan } from './drill-plan.ts';
import { type DrillFindings, reportOf } from './drill-report.ts';
import type { HeadlessReport } from './headless-viewers.ts';
import type { LoadSample } from './region-load.ts';
import { reportText } from './report-text.ts';

const PLAN: DrillPlan = { ...DRILL_DEFAULTS, regionId: 'east', titleId: 'film' };
const MOMENTS = { loadAtMs: 0, failedAtMs: 10_000, restartAtMs: 70_000, readyAtMs: 70_900, endMs: 81_000 };
const PLAYED: HeadlessReport = {
  plays: 2,
  playedMs: 70_000,
  stalls: 0,
  stalledMs: 0,
  longestStartupMs: 120,
  regionFailovers: 1,
  handOvers: 0,
  errors: [],
};

const sample = (startedAtMs: number, tookMs: number, ...askedRegions: string[]): LoadSample => ({
  kind: 'play',
  startedAtMs,
  tookMs,
  askedRegions,
  answeredBy: askedRegions.at(-1) ?? '',
});

const lostOne = (startedAtMs: number, tookMs: number, error: string): LoadSample => ({
  kind: 'play',
  startedAtMs,
  tookMs,
  askedRegions: ['east', 'west'],
  error,
});

const found = (samples: readonly LoadSample[], changes: Partial<DrillFindings> = {}) =>
  reportOf({
    plan: PLAN,
    regionIds: ['east', 'west'],
    moments: MOMENTS,
    samples,
    headless: [PLAYED],
    ownLateMs: 5,
    ...changes,
  });

const GOOD = [
  sample(5000, 10, 'east'),
  sample(9950, 800, 'east', 'west'),
  sample(20_000, 30, 'east', 'west'),
  sample(71_000, 5, 'east'),
];
const unheld = (report: ReturnType<typeof found>) =>
  report.verdicts.filter(({ held }) => !held).map(({ what }) => what);

it('a request under way at the failure waits from the failure on, a later one from its start', () => {
  const report = found(GOOD);
  expect(report.recovery).toEqual({ takenOver: 2, firstAfterMs: 750, slowestMs: 750, p50Ms: 750 });
  expect(report.restart).toEqual({ readyAfterMs: 900, firstPlayAfterMs: 1005 });
  expect(unheld(report)).toEqual([]);
  expect(report.held).toBe(true);
});

it('a region that was asked and answered after all, beside another one, was not taken over', () => {
  const slow: LoadSample = { ...sample(72_000, 600, 'west', 'east'), answeredBy: 'west' };
  const hedged: LoadSample = { ...sample(30_000, 480, 'east', 'west', 'europe'), answeredBy: 'west' };
  expect(found([...GOOD, slow, hedged]).recovery.takenOver).toBe(3);
});

it('tells how late its own process was: so much of each wait may be its own', () => {
  expect(reportText(found(GOOD, { ownLateMs: 340 }))).toContain('late by up to 340 ms');
});

it('a play that no region granted is lost, whatever the reason, and fails the drill', () => {
  const lost = lostOne(30_000, 8000, 'region/unreachable');
  const report = found([...GOOD, lost]);
  expect(report.plays).toEqual({ asked: 5, answered: 4, lost: 1 });
  expect(report.errors).toEqual({ 'region/unreachable': 1 });
  expect(unheld(report)).toEqual(['plays lost']);
  expect(reportText(report)).toMatch(/FAILED +plays lost +1 +\(0 of 5\)/);
});

it('a renewal that is lost fails the drill too', () => {
  const lost: LoadSample = { ...lostOne(30_000, 8000, 'play/unknown'), kind: 'renewal' };
  expect(unheld(found([...GOOD, lost]))).toEqual(['renewals lost']);
});

it('two seconds of waiting are too many', () => {
  expect(unheld(found([...GOOD, sample(40_000, 2000, 'east', 'west')]))).toEqual(['time to recover']);
});

it('a stall or an error of a headless play fails the drill', () => {
  expect(unheld(found(GOOD, { headless: [PLAYED, { ...PLAYED, stalls: 1 }] }))).toEqual(['stalls of headless plays']);
  expect(unheld(found(GOOD, { headless: [{ ...PLAYED, errors: ['region/unreachable'] }] }))).toEqual([
    'stalls of headless plays',
  ]);
});

it('a region that does not come back, and a drill that nobody felt, prove nothing', () => {
  const { readyAtMs: _, ...moments } = MOMENTS;
  const away = found(GOOD.slice(0, 3), { moments: { ...moments, readyAtMs: undefined } });
  expect(away.restart).toEqual({ readyAfterMs: undefined, firstPlayAfterMs: undefined });
  expect(unheld(away)).toEqual(['region serves again']);
  expect(unheld(found([sample(5000, 10, 'east'), sample(71_000, 5, 'east')]))).toEqual(['time to recover']);
  expect(unheld(found([]))).toContain('plays lost');
});

it('tells what each region answered before, during and after', () => {
  const { load } = found(GOOD);
  const perSecond = load.map(({ phases }) => [phases.before, phases.during, phases.after].map((one) => one.perSecond));
  expect(perSecond[0]).toEqual([0.1, 0, 1000 / 10_100]);
  // The one that began before the failure counts where it began.
  expect(perSecond[1]).toEqual([0.1, 1 / 60, 0]);
});

it('a fleet that was in trouble before anything was broken is told apart', () => {
  const slow = sample(2000, 3000, 'west');
  expect(unheld(found([...GOOD, slow]))).toEqual(['sound before the failure']);
  const lost = lostOne(4000, 10, 'steering/no-server');
  expect(unheld(found([...GOOD, lost]))).toEqual(['sound before the failure', 'plays lost']);
});
