import { findNginx } from '@pressplay/mock-oca/node';
import type { Bench, BenchOptions, Metric } from '../metric.ts';
import { median } from '../metric.ts';
import { pairedDifference } from '../startup/paired.ts';
import { bundleServing } from './bundle.ts';
import {
  CONTENDERS,
  type Contender,
  type ContenderName,
  type Stage,
  startContender,
  TLS_CONTENDERS,
} from './contenders.ts';
import { Load } from './load.ts';
import { makeDisk } from './made-disk.ts';
import { residentMetrics } from './resident.ts';
import { restartMetrics } from './restart.ts';
import { throughputMetrics } from './throughput.ts';
import { cpuMsOf } from './tree-usage.ts';

const KIB = 1024;
const PAIRS = 24;
/** Until V8 has compiled what is asked of it again and again: some 10,000 requests. */
const WARM_ROUNDS = 5;
const CONNECTIONS = 16;
const SETTLE_MS = 2000;
const REST_MS = 4000;
/** Each slice so long that the scheduler's nanoseconds mean something. */
const SLICES = [
  { size: '64 KiB', rangeBytes: 64 * KIB, requests: 2000, tlsRequests: 400 },
  { size: '1 MiB', rangeBytes: KIB * KIB, requests: 300, tlsRequests: 60 },
  { size: '8 MiB', rangeBytes: 8 * KIB * KIB, requests: 48, tlsRequests: 10 },
] as const;

/** Times the processor time of hand-tuned nginx. */
const TARGETS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'nginx-engine': { '64 KiB': 1.15, '1 MiB': 1.05, '8 MiB': 1.05 },
  node: { '64 KiB': 1.55, '1 MiB': 1.55, '8 MiB': 1.55 },
  'node-pinned': { '64 KiB': 2.5, '1 MiB': 2, '8 MiB': 2 },
  'node-pooled': { '64 KiB': 4.5, '1 MiB': 4.5, '8 MiB': 4.5 },
};

/** Processor time a request costs a server, each beside hand-tuned nginx in the same minute; memory; time to be there again. */
export const serving: Bench = async (options) => {
  const search = findNginx();
  if (!search.ok) throw new Error(`This bench needs nginx: ${search.reason}.`);
  await bundleServing();
  const disk = await makeDisk();
  try {
    const stage = { disk, nginx: search.nginx };
    const names = namesOf(options);
    const overTls = names.filter((name) => TLS_CONTENDERS.includes(name));
    return [
      ...(await compare({ ...stage, tls: false }, names, pairsOf(options))),
      ...(disk.tls && overTls.length > 1 ? await compare({ ...stage, tls: true }, overTls, pairsOf(options)) : []),
      ...(await throughputMetrics({ ...stage, tls: false }, names)),
      ...(await residentMetrics({ ...stage, tls: false }, names)),
      ...(await restartMetrics({ ...stage, tls: false }, names)),
    ];
  } finally {
    disk.remove();
  }
};

function pairsOf({ runs }: BenchOptions): number {
  return runs === undefined ? PAIRS : Math.max(1, Number(runs));
}

/** Those named, and always the one that all are held against. */
function namesOf({ engines }: BenchOptions): readonly ContenderName[] {
  const wanted = engines?.split(',');
  return CONTENDERS.filter((name) => name === 'nginx' || !wanted || wanted.includes(name));
}

async function compare(stage: Stage, names: readonly ContenderName[], pairs: number): Promise<readonly Metric[]> {
  const contenders: Contender[] = [];
  const load = new Load();
  try {
    for (const name of names) contenders.push(await startContender(name, stage));
    const rest = await restOf(contenders);
    const costs = await measure(contenders, load, { tls: stage.tls, pairs, rest });
    const atRest = contenders.map(({ name, pid }): Metric => {
      return { name: `${name}: processor time at rest`, value: rest.get(pid) ?? 0, unit: 'ms/s', better: 'lower' };
    });
    const shown = stage.tls ? [] : atRest;
    const compared = SLICES.flatMap(({ size, rangeBytes }) =>
      contenders.flatMap(({ name }) => metricsOf(costs, name, size, rangeBytes, stage.tls)),
    );
    return [...shown, ...compared];
  } finally {
    load.stop();
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

/** What each does while nobody asks, in milliseconds a second: on a busy machine a slice takes long, and that is no request's fault. */
async function restOf(contenders: readonly Contender[]): Promise<ReadonlyMap<number, number>> {
  await pause(SETTLE_MS);
  const before = contenders.map(({ pid }) => cpuMsOf(pid));
  await pause(REST_MS);
  return new Map(contenders.map(({ pid }, index) => [pid, ((cpuMsOf(pid) - (before[index] ?? 0)) * 1000) / REST_MS]));
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Plan {
  readonly tls: boolean;
  readonly pairs: number;
  readonly rest: ReadonlyMap<number, number>;
}

type Costs = ReadonlyMap<string, number[]>;

/** Microseconds a request, round by round. The first ones only warm up: a server runs for months. */
async function measure(contenders: readonly Contender[], load: Load, { tls, pairs, rest }: Plan): Promise<Costs> {
  const costs = new Map<string, number[]>();
  for (let round = 0; round < WARM_ROUNDS + pairs; round++) {
    // Each begins a round as often as any other.
    const order = contenders
      .map((_, index) => contenders[(index + round) % contenders.length])
      .filter((each) => each !== undefined);
    for (const slice of SLICES) {
      for (const contender of order) {
        const requests = tls ? slice.tlsRequests : slice.requests;
        const us = await costOf(contender, load, { rangeBytes: slice.rangeBytes, requests, tls, rest });
        if (round >= WARM_ROUNDS) push(costs, `${contender.name} ${slice.size}`, us);
      }
    }
  }
  return costs;
}

function push(costs: Map<string, number[]>, key: string, us: number): void {
  costs.set(key, [...(costs.get(key) ?? []), us]);
}

async function costOf(
  { pid, target }: Contender,
  load: Load,
  slice: { readonly rangeBytes: number; readonly requests: number; readonly tls: boolean } & Pick<Plan, 'rest'>,
): Promise<number> {
  const { rangeBytes, requests, tls, rest } = slice;
  const before = cpuMsOf(pid);
  const startedMs = performance.now();
  const order = tls ? 'tls' : 'ranges';
  await load.perform({ order, target, rangeBytes, requests, connections: tls ? CONNECTIONS / 2 : CONNECTIONS });
  const restMs = ((rest.get(pid) ?? 0) * (performance.now() - startedMs)) / 1000;
  return ((cpuMsOf(pid) - before - restMs) * 1000) / requests;
}

function metricsOf(costs: Costs, name: string, size: string, rangeBytes: number, tls: boolean): readonly Metric[] {
  const own = costs.get(`${name} ${size}`) ?? [];
  const base = costs.get(`nginx ${size}`) ?? [];
  const label = `${tls ? 'tls ' : ''}${size} ${name}`;
  const secondsPerGb = (median(own) / 1e6) * (1e9 / rangeBytes);
  const cost: Metric = { name: `${label}: processor time`, value: secondsPerGb, unit: 's/GB', better: 'lower' };
  if (name === 'nginx') return [cost];
  // Of logarithms, so that twice as much and half as much lie equally far away.
  const { median: middle, low, high } = pairedDifference(own.map(Math.log), base.map(Math.log));
  const target = tls ? undefined : TARGETS[name]?.[size];
  const ratio = (value: number): Pick<Metric, 'value' | 'unit' | 'better'> => ({
    value,
    unit: 'x nginx',
    better: 'lower',
  });
  return [
    cost,
    { name: `${label}: beside nginx`, ...ratio(Math.exp(middle)), ...(target !== undefined && { target }) },
    { name: `${label}: 95 % from`, ...ratio(Math.exp(low)) },
    { name: `${label}: 95 % to`, ...ratio(Math.exp(high)) },
  ];
}
