import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lookAhead, presentationOf } from '@pressplay/sdk-core';
import { samplePlayResponse } from '@pressplay/sdk-core/testing';
import { type Bench, type BenchOptions, type Metric, median } from './metric.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ADAPTER = fileURLToPath(new URL('abr-adapter.ts', import.meta.url));

/** The look-ahead, the two alternatives, the harness's prototype and the best of what is published. */
const ALGORITHMS = ['ours', 'ours-bola', 'ours-throughput', 'proto', 'soda', 'robustmpc', 'dynamic', 'bola-e', 'shaka'];
const PUBLISHED = ['soda', 'robustmpc', 'dynamic', 'bola-e', 'shaka'];
/** Share of the offline optimum in percent, by seconds of buffer. */
const TARGETS: Readonly<Record<number, number>> = { 60: 89, 30: 90, 12: 84 };

interface Row {
  readonly algo: string;
  readonly family: string;
  readonly buffer: number;
  /** Sessions. */
  readonly n: number;
  /** Of the offline optimum; absent where no session of the family counts. */
  readonly share?: number | null;
  readonly rebufRatio: number;
}

/**
 * Our renditions' choice on recorded networks, beside published ones. The harness with its traces and offline optima
 * is no part of the project: `--harness DIR`, `PRESSPLAY_ABR_HARNESS`, or `../shared/abr-harness` beside the project.
 */
export const abr: Bench = async (options) => {
  const harness = resolve(options.harness ?? process.env.PRESSPLAY_ABR_HARNESS ?? join(ROOT, '../shared/abr-harness'));
  const decision = decisionCost();
  if (!existsSync(join(harness, 'run.mjs'))) {
    console.error(`No ABR harness at ${harness}: only the cost of a decision is measured. See --harness.`);
    return [decision];
  }
  const rows = await run(harness, options);
  const quality = options.metric ?? 'lin';
  const buffers = [...new Set(rows.map(({ buffer }) => buffer))];
  return [...buffers.flatMap((buffer) => metricsOf(rows, buffer, quality)), decision];
};

async function run(harness: string, { split = 'all', metric = 'lin', traces }: BenchOptions): Promise<readonly Row[]> {
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
  const shares = ALGORITHMS.map((algo): Metric => {
    const metric = {
      name: `${quality}-${buffer}s-${algo}`,
      value: 100 * mean(of(algo).flatMap(({ share }) => share ?? [])),
      unit: '% of optimum',
      better: 'higher',
    } as const;
    const target = algo === 'ours' ? TARGETS[buffer] : undefined;
    return target === undefined ? metric : { ...metric, target };
  });
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
    {
      name: `${quality}-${buffer}s-ours-rebuffering`,
      value: 100 * mean(of('ours').map(({ rebufRatio }) => rebufRatio)),
      unit: '%',
      better: 'lower',
    },
  ];
}

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
