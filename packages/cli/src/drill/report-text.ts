import type { DrillReport, Phase } from './drill-report.ts';

const PHASES: readonly Phase[] = ['before', 'during', 'after'];

/** A drill for people. */
export function reportText(report: DrillReport): string {
  const { plan, recovery, restart, load, headless, verdicts, errors, ownLateMs } = report;
  const rows = verdicts.map(({ what, target, value, held }) => [held ? 'held' : 'FAILED', what, value, `(${target})`]);
  const codes = Object.entries(errors).map(([code, count]) => `${code} ${count}`);
  return [
    `Drill: ${plan.regionId} ${plan.how === 'hang' ? 'hung' : 'was killed'} for ${plan.outageMs / 1000} s under ${plan.rate} plays a second of "${plan.titleId}"`,
    '',
    ...table(rows),
    ...(codes.length > 0 ? [`Errors: ${codes.join(', ')}`] : []),
    '',
    `${recovery.takenOver} requests were left by it and answered by another region: first after ${ms(recovery.firstAfterMs)}, half within ${ms(recovery.p50Ms)} of their own start, all within ${ms(recovery.slowestMs)}.`,
    `The drill's own process was late by up to ${ms(ownLateMs)}.`,
    `Started again, it was ready after ${ms(restart.readyAfterMs)} and answered its first play after ${ms(restart.firstPlayAfterMs)}.`,
    '',
    'Plays and renewals answered a second (50th / 99th percentile):',
    ...table([
      ['region', ...PHASES.map((phase) => `${phase}`)],
      ...load.map(({ regionId, phases }) => [
        regionId,
        ...PHASES.map((phase) => {
          const { perSecond, p50Ms, p99Ms } = phases[phase];
          return perSecond === 0 ? '-' : `${perSecond.toFixed(1)}/s (${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)} ms)`;
        }),
      ]),
    ]),
    '',
    'Headless plays:',
    ...headless.map(
      ({ plays, playedMs, stalls, longestStartupMs, regionFailovers, handOvers }, number) =>
        `  ${number + 1}. ${plays} plays, ${(playedMs / 1000).toFixed(1)} s played, ${stalls} stalls, started within ${Math.round(longestStartupMs)} ms, ${regionFailovers} changes of region, ${handOvers} hand-overs`,
    ),
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

const ms = (value: number | undefined): string => (value === undefined ? 'never' : `${Math.round(value)} ms`);
