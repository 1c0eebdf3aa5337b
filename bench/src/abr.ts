import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { presentationOf } from '@pressplay/sdk-core';
import { lookAhead } from '@pressplay/sdk-core/abr';
import { samplePlayResponse } from '@pressplay/sdk-core/testing';
import { runOwn } from './abr-own.ts';
import { type Bench, type BenchOptions, type Metric, median } from './metric.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ADAPTER = fileURLToPath(new URL('abr-adapter.ts', import.meta.url));

/** What is published, as others wrote it down or as players ship it. */
const PUBLISHED = [
  'soda',
  'robustmpc',
  'dynamic',
  'dynamicdash',
  'bola-e',
  'bola-e+fast',
  'dash.js',
  'hls.js',
  'shaka',
];
/** The look-ahead, the two alternatives, the harness's prototype and what is published. */
const ALGORITHMS = ['ours', 'ours-bola', 'ours-throughput', 'proto', ...PUBLISHED];
const OWN = ['ours', 'ours-bola', 'ours-throughput'];
/** Share of the offline optimum in percent, by seconds of buffer: on the harness's recordings. */
const TARGETS: Readonly<Record<number, number>> = { 60: 89, 30: 90, 12: 84 };
/** Of the time from the first picture on, in percent, the mean over the families. */
const MOST_REBUFFERING: Readonly<Record<number, number>> = { 60: 0.7, 30: 0.75, 12: 1.5 };

interface Row {
  readonly algo: string;
  readonly family: string;
  readonly buffer: number;
  /** Sessions. */
  readonly n: number;
  /** Of the offline optimum; absent where no session of the family counts. */
  readonly share?: number | null | undefined;
  readonly rebufRatio: number;
}

/**
 * Our renditions' choice on recorded networks, beside published ones. The harness with its traces and offline optima
 * is no part of the project: `--harness DIR`, `PRESSPLAY_ABR_HARNESS`, or `../shared/abr-harness` beside the project.
 * Without it: our rules on generated traces (or the recordings of `--traces`), against a plan that knows the future.
 */
export const abr: Bench = async (options) => {
  const harness = resolve(options.harness ?? process.env.PRESSPLAY_ABR_HARNESS ?? join(ROOT, '../shared/abr-harness'));
  const decision = decisionCost();
  const quality = options.metric === 'log' ? 'log' : 'lin';
  const recorded = existsSync(join(harness, 'run.mjs'));
  if (!recorded) console.error(`No ABR harness at ${harness}: measured by our own simulation. See --harness.`);
  const rows = recorded ? await run(harness, quality, options) : runOwn(OWN, quality, options.traces);
  const buffers = [...new Set(rows.map(({ buffer }) => buffer))];
  const describe = recorded ? metricsOf : ownMetricsOf;
  return [...buffers.flatMap((buffer) => describe(rows, buffer, quality)), decision];
};

async function run(harness: string, metric: string, { split = 'all', traces }: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pressplay-abr-'));
  const json = join(folder, 'rows.json');
  const flags = ['--algo', ALGORITHMS.join(','), '--split', split, '--metric', metric, '--detail', '0', '--json', json];
  const env = {
    ...process.env,
    OURS: ADAPTER,
    PRESSPLAY_ABR_HARNESS: harness,
    ...(traces !== undefined && { ABR_TRACES: resolve(traces) }),
  };
  try {
    const args = ['--import', 'tsx', '--conditions=pressplay-source', join(harness, 'run.mjs'), ...flags];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, maxBuffer: 2 ** 26 });
    const rows = JSON.parse(readFileSync(json, 'utf8')) as Row[];
    if (rows.some(({ n }) => n === 0)) throw new Error(`A family has no recording in the split "${split}".`);
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function metricsOf(rows: readonly Row[], buffer: number, quality: string): readonly Metric[] {
  const of = (algo: string): readonly Row[] => rows.filter((row) => row.algo === algo && row.buffer === buffer);
  const shares = ALGORITHMS.map((algo) =>
    withTarget(shareOf(algo, rows, buffer, quality), algo === 'ours' ? TARGETS[buffer] : undefined),
  );
  const behind = of('ours').map(({ family, share }) => {
    const rivals = PUBLISHED.flatMap((algo) => of(algo).find((row) => row.family === family)?.share ?? []);
    return 100 * (Math.max(...rivals) - (share ?? 0));
  });
  return [
    ...shares,
    {
      name: `${quality}-${buffer}s-ours-behind-best-published-in-worst-family`,
      value: Math.max(...behind),
      unit: 'points',
      better: 'lower',
      target: 1,
    },
    withTarget(rebufferingOf(rows, buffer, quality), MOST_REBUFFERING[buffer]),
  ];
}

/** On traces of our own the targets for the recordings mean nothing; the alternatives are what to compare with. */
function ownMetricsOf(rows: readonly Row[], buffer: number, quality: string): readonly Metric[] {
  const shares = OWN.map((algo) => shareOf(algo, rows, buffer, quality));
  return [...shares, rebufferingOf(rows, buffer, quality)];
}

function shareOf(algo: string, rows: readonly Row[], buffer: number, quality: string): Metric {
  const own = rows.filter((row) => row.algo === algo && row.buffer === buffer);
  const value = 100 * mean(own.flatMap(({ share }) => share ?? []));
  return { name: `${quality}-${buffer}s-${algo}`, value, unit: '% of optimum', better: 'higher' };
}

function rebufferingOf(rows: readonly Row[], buffer: number, quality: string): Metric {
  const ours = rows.filter((row) => row.algo === 'ours' && row.buffer === buffer);
  const value = 100 * mean(ours.map(({ rebufRatio }) => rebufRatio));
  return { name: `${quality}-${buffer}s-ours-rebuffering`, value, unit: '%', better: 'lower' };
}

const withTarget = (metric: Metric, target: number | undefined): Metric =>
  target === undefined ? metric : { ...metric, target };

/** Processor time of one choice among ten renditions with a minute of buffer: the machine may have other things to do. */
function decisionCost(): Metric {
  const videoBps = [0.2, 0.4, 0.6, 0.8, 1.1, 1.8, 2.4, 3, 4.3, 5.8].map((mbps) => mbps * 1e6);
  const { video } = presentationOf(samplePlayResponse({ videoBps, segments: 60 }));
  const rule = lookAhead();
  const perCallUs = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    for (let call = 0; call < 2000; call++) {
      rule({
        video,
        segmentNumber: call % 40,
        bufferAheadMs: (call * 37) % 60_000,
        bufferGoalMs: 60_000,
        throughputBps: 300_000 + ((call * 7919) % 9_000_000),
        current: video[call % video.length],
      });
    }
    return process.cpuUsage(before).user / 2000;
  });
  return { name: 'decision-10-renditions', value: median(perCallUs), unit: 'us', better: 'lower', target: 100 };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
