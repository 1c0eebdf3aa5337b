import { DRILL_TARGETS, type DrillPlan } from './drill-plan.ts';
import type { HeadlessReport } from './headless-viewers.ts';
import type { LoadSample } from './region-load.ts';

/** Moments on the clock of the drill. */
export interface DrillMoments {
  readonly loadAtMs: number;
  /** When the supervisor was asked to kill the region. */
  readonly failedAtMs: number;
  /** When it was to be started again. */
  readonly restartAtMs: number;
  /** When it said that it is ready; undefined where it never did. */
  readonly readyAtMs: number | undefined;
  readonly endMs: number;
}

export interface Asked {
  readonly asked: number;
  readonly answered: number;
  readonly lost: number;
}

export type Phase = 'before' | 'during' | 'after';

export interface PhaseLoad {
  /** Plays and renewals that the region answered. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface DrillVerdict {
  readonly what: string;
  readonly target: string;
  readonly value: string;
  readonly held: boolean;
}

export interface DrillReport {
  readonly plan: DrillPlan;
  readonly plays: Asked;
  readonly renewals: Asked;
  /** What viewers were left with, by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Requests that were lost, or took as long as a recovery may, before anything was broken. */
  readonly troubledBefore: number;
  readonly recovery: {
    /** Requests that the dead region left unanswered and another one took over. */
    readonly takenOver: number;
    /** From the failure until another region first answered one of them. */
    readonly firstAfterMs: number | undefined;
    /** The longest that such a request waited, from its start or from the failure. */
    readonly slowestMs: number | undefined;
    readonly p50Ms: number | undefined;
  };
  readonly restart: {
    /** From the supervisor's start of it until it was ready; */
    readonly readyAfterMs: number | undefined;
    /** and until it answered a play again. */
    readonly firstPlayAfterMs: number | undefined;
  };
  readonly load: readonly { readonly regionId: string; readonly phases: Readonly<Record<Phase, PhaseLoad>> }[];
  readonly headless: readonly HeadlessReport[];
  /** How late the drill's own process was at most, for want of a processor: so much of each wait may be its own. */
  readonly ownLateMs: number;
  readonly verdicts: readonly DrillVerdict[];
  readonly held: boolean;
}

export interface DrillFindings {
  readonly plan: DrillPlan;
  readonly regionIds: readonly string[];
  readonly moments: DrillMoments;
  readonly samples: readonly LoadSample[];
  readonly headless: readonly HeadlessReport[];
  readonly ownLateMs: number;
}

/** What a drill found, made of what was seen. */
export function reportOf(findings: DrillFindings): DrillReport {
  const { plan, samples, moments, regionIds, headless, ownLateMs } = findings;
  const found = {
    plan,
    plays: countOf(samples, 'play'),
    renewals: countOf(samples, 'renewal'),
    errors: errorsOf(samples, headless),
    troubledBefore: samples.filter(
      ({ startedAtMs, tookMs, error }) =>
        startedAtMs + Math.min(tookMs, DRILL_TARGETS.recoveryMs) < moments.failedAtMs &&
        (error !== undefined || tookMs >= DRILL_TARGETS.recoveryMs),
    ).length,
    recovery: recoveryOf(findings),
    restart: restartOf(findings),
    load: regionIds.map((regionId) => ({ regionId, phases: phasesOf(regionId, samples, moments) })),
    headless,
    ownLateMs,
  };
  const verdicts = judge(found);
  return { ...found, verdicts, held: verdicts.every(({ held }) => held) };
}

function countOf(samples: readonly LoadSample[], kind: LoadSample['kind']): Asked {
  const ofKind = samples.filter((sample) => sample.kind === kind);
  const lost = ofKind.filter(({ error }) => error !== undefined).length;
  return { asked: ofKind.length, answered: ofKind.length - lost, lost };
}

function errorsOf(samples: readonly LoadSample[], headless: readonly HeadlessReport[]): Record<string, number> {
  const errors: Record<string, number> = {};
  const codes = [...samples.flatMap(({ error }) => error ?? []), ...headless.flatMap((report) => report.errors)];
  for (const code of codes) errors[code] = (errors[code] ?? 0) + 1;
  return errors;
}

/** Also counts requests that were under way when the region died. */
function recoveryOf({ plan, samples, moments }: DrillFindings): DrillReport['recovery'] {
  const takenOver = samples.filter(
    (sample) =>
      sample.startedAtMs < (moments.readyAtMs ?? moments.endMs) &&
      sample.startedAtMs + sample.tookMs >= moments.failedAtMs &&
      sample.askedRegions.includes(plan.regionId) &&
      sample.error === undefined &&
      sample.answeredBy !== plan.regionId,
  );
  const endsMs = takenOver.map(({ startedAtMs, tookMs }) => startedAtMs + tookMs);
  const waitsMs = takenOver
    .map(({ startedAtMs, tookMs }) => startedAtMs + tookMs - Math.max(startedAtMs, moments.failedAtMs))
    .sort((a, b) => a - b);
  return {
    takenOver: takenOver.length,
    firstAfterMs: endsMs.length > 0 ? Math.min(...endsMs) - moments.failedAtMs : undefined,
    slowestMs: waitsMs.at(-1),
    p50Ms: quantile(waitsMs, 0.5),
  };
}

function restartOf({ plan, samples, moments }: DrillFindings): DrillReport['restart'] {
  const { restartAtMs, readyAtMs } = moments;
  const answersMs = samples
    .filter((sample) => sample.kind === 'play' && sample.answeredBy === plan.regionId)
    .map(({ startedAtMs, tookMs }) => startedAtMs + tookMs)
    .filter((endMs) => endMs > restartAtMs);
  return {
    readyAfterMs: readyAtMs === undefined ? undefined : readyAtMs - restartAtMs,
    firstPlayAfterMs: answersMs.length > 0 ? Math.min(...answersMs) - restartAtMs : undefined,
  };
}

function phasesOf(
  regionId: string,
  samples: readonly LoadSample[],
  { loadAtMs, failedAtMs, restartAtMs, readyAtMs = restartAtMs, endMs }: DrillMoments,
): Record<Phase, PhaseLoad> {
  const own = samples.filter((sample) => sample.answeredBy === regionId);
  const between = (fromMs: number, toMs: number): PhaseLoad => {
    const tookMs = own
      .filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < toMs)
      .map((sample) => sample.tookMs)
      .sort((a, b) => a - b);
    return {
      perSecond: (tookMs.length * 1000) / Math.max(1, toMs - fromMs),
      p50Ms: quantile(tookMs, 0.5) ?? 0,
      p99Ms: quantile(tookMs, 0.99) ?? 0,
    };
  };
  return {
    before: between(loadAtMs, failedAtMs),
    during: between(failedAtMs, restartAtMs),
    after: between(readyAtMs, endMs),
  };
}

function judge({
  plays,
  renewals,
  troubledBefore,
  recovery,
  restart,
  headless,
}: Omit<DrillReport, 'verdicts' | 'held'>): DrillVerdict[] {
  const { lostPlays, recoveryMs, stalls: stallsAllowed } = DRILL_TARGETS;
  const stalls = headless.reduce((sum, report) => sum + report.stalls, 0);
  const failed = headless.reduce((sum, report) => sum + report.errors.length, 0);
  const verdict = (what: string, target: string, value: string, held: boolean) => ({ what, target, value, held });
  return [
    verdict('sound before the failure', '0 lost or slow', String(troubledBefore), troubledBefore === 0),
    verdict(
      'plays lost',
      `${lostPlays} of ${plays.asked}`,
      String(plays.lost),
      plays.lost <= lostPlays && plays.asked > 0,
    ),
    verdict('renewals lost', `${lostPlays} of ${renewals.asked}`, String(renewals.lost), renewals.lost <= lostPlays),
    verdict(
      'time to recover',
      `< ${recoveryMs / 1000} s`,
      recovery.slowestMs === undefined ? 'nobody met the failed region' : `${Math.round(recovery.slowestMs)} ms`,
      recovery.slowestMs !== undefined && recovery.slowestMs < recoveryMs,
    ),
    verdict('stalls of headless plays', String(stallsAllowed), String(stalls), stalls <= stallsAllowed && failed === 0),
    verdict(
      'region serves again',
      'yes',
      restart.firstPlayAfterMs === undefined ? 'no' : `${Math.round(restart.firstPlayAfterMs)} ms after its start`,
      restart.firstPlayAfterMs !== undefined,
    ),
  ];
}

function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
