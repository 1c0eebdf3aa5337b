import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bench, BenchOptions, Metric } from './metric.ts';
import { INCIDENTS, type Incident } from './servers/incidents.ts';
import { generatedLines, type Line, recordedLines } from './servers/lines.ts';
import { type Outcome, playScene } from './servers/play-scene.ts';

const CHOOSERS = ['ours', 'sticky', 'oracle'] as const;
const SERVER_COUNTS = [3, 5, 10] as const;
/** Share of the quality that one who knows the future reaches, in percent. */
const TARGET = 90;
const TARGET_AT_REST = 99;

/**
 * What befalls servers, and what a viewer has of it: our choice of servers against none and against one who knows the
 * future, all with the same choice of renditions. On lines made of numbers, or recorded ones (`--traces DIR`).
 */
export const servers: Bench = async (options) => {
  const lines = linesFor(options);
  const metrics: Metric[] = [];
  for (const incident of INCIDENTS) metrics.push(...(await metricsOf(incident, lines)));
  return metrics;
};

function linesFor({ traces }: BenchOptions): readonly Line[] {
  if (traces === undefined) return generatedLines(3);
  if (!existsSync(traces)) throw new Error(`There is no folder "${traces}".`);
  return recordedLines(resolve(traces), 3);
}

async function metricsOf(incident: Incident, lines: readonly Line[]): Promise<readonly Metric[]> {
  const outcomes: Record<(typeof CHOOSERS)[number], Outcome[]> = { ours: [], sticky: [], oracle: [] };
  for (const [index, line] of lines.entries()) {
    const serverCount = SERVER_COUNTS[index % SERVER_COUNTS.length] ?? 3;
    for (const chooser of CHOOSERS) {
      outcomes[chooser].push(await playScene({ seed: index + 1, line, incident, serverCount }, chooser));
    }
  }
  const { ours, sticky, oracle } = outcomes;
  const quality = (of: readonly Outcome[]): number => mean(of.map(({ qoe }) => qoe));
  const share = (of: readonly Outcome[]): number => (100 * quality(of)) / quality(oracle);
  const target = incident.name === 'none' ? TARGET_AT_REST : TARGET;
  const named = (name: string, value: number, unit: string): Metric => ({
    name: `${incident.name}-${name}`,
    value,
    unit,
    better: 'lower',
  });
  return [
    { name: `${incident.name}-quality`, value: share(ours), unit: '% of oracle', better: 'higher', target },
    { name: `${incident.name}-quality-sticky`, value: share(sticky), unit: '% of oracle', better: 'higher' },
    named('stalls', mean(ours.map(({ stallMs }) => stallMs)) / 1000, 's a play'),
    named('stalls-oracle', mean(oracle.map(({ stallMs }) => stallMs)) / 1000, 's a play'),
    named('moves', mean(ours.map(({ moves }) => moves)), 'a play'),
    named('probes', 100 * mean(ours.map(({ probeShare }) => probeShare)), '% of media'),
    named('lost', 100 * mean(ours.map(({ lostShare }) => lostShare)), '% of media'),
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
