import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type RunningPostgres, startPostgres } from '@pressplay/mock-backend/node';
import { type BenchOptions, type Metric, median } from '../metric.ts';
import type { BareOrder } from './bare-process.ts';
import { type Answered, Load } from './load.ts';
import { MadePlays } from './made-plays.ts';
import type { RegionOrder } from './region-process.ts';
import { bundleProcesses, ServerProcess, treeCpuUs } from './server-process.ts';
import { isSizeName, SIZES, type Sizes } from './sizes.ts';

const CONNECTIONS = 32;
const LOAD_SHARE = 0.7;
const MEBIBYTE = 2 ** 20;
const TARGETS = { stateless: 0.6, everything: 0.35, p99Ms: 10, residentMb: 700 } as const;

/**
 * What a play costs a region, processor time of its process and of PostgreSQL, against a bare server of Node that
 * writes an answer of the same size: slices of plays take turns, so that a busy machine slows all alike.
 */
export async function playRequests({
  sizes = 'whole',
  cpuProf,
  nodeFlags = '',
  warmPlays,
}: BenchOptions): Promise<readonly Metric[]> {
  if (!isSizeName(sizes)) throw new Error(`There are no sizes "${sizes}". One of: ${Object.keys(SIZES).join(', ')}`);
  await bundleProcesses();
  const folder = await mkdtemp('/var/tmp/pressplay-bench-');
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ port: await freePort(), dataDir: `${folder}/data` });
  const profiling = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`];
  const region = new ServerProcess<RegionOrder>('region', [...nodeFlags.split(' ').filter(Boolean), ...profiling]);
  const bare = new ServerProcess<BareOrder>('bare');
  try {
    const known = SIZES[sizes];
    return await measure({ ...known, warmPlays: Number(warmPlays ?? known.warmPlays) }, postgres, region, bare);
  } finally {
    await Promise.all([region.stop(), bare.stop()]);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  sizes: Sizes,
  postgres: RunningPostgres,
  region: ServerProcess<RegionOrder>,
  bare: ServerProcess<BareOrder>,
): Promise<Metric[]> {
  const secret = randomBytes(32).toString('hex');
  const plays = await MadePlays.of(sizes, secret);
  const settings = { sizes, secret, databaseUrl: postgres.url };
  const ours = await Load.open(await region.begin({ order: 'begin', settings }), CONNECTIONS);
  await ours.inTurn(plays.firstVisits());
  const sizeBytes = meanSize(await ours.inTurn(plays.some(sizes.warmPlays)));
  const theirs = await Load.open(await bare.begin({ order: 'begin', sizeBytes }), CONNECTIONS);
  // As warm as ours: cold it needs several times as much.
  requireAll(await theirs.inTurn(plays.some(sizes.warmPlays)));
  try {
    const costs = await takeTurns(sizes, plays, { ours, theirs, region, bare, postgres });
    const late = await underLoad(sizes, plays, { ours, theirs, region }, LOAD_SHARE * median(costs.perSecond));
    const { residentBytes } = await region.usage();
    return [
      { name: 'answer', value: sizeBytes / 1024, unit: 'KiB', better: 'lower' },
      ...costs.metrics,
      ...late,
      { name: 'resident', value: residentBytes / MEBIBYTE, unit: 'MiB', better: 'lower', target: TARGETS.residentMb },
    ];
  } finally {
    ours.close();
    theirs.close();
  }
}

interface Servers {
  readonly ours: Load;
  readonly theirs: Load;
  readonly region: ServerProcess<RegionOrder>;
  readonly bare: ServerProcess<BareOrder>;
  readonly postgres: RunningPostgres;
}

async function takeTurns(sizes: Sizes, plays: MadePlays, { ours, theirs, region, bare, postgres }: Servers) {
  const cost = { bare: 0, stateless: 0, everything: 0, postgres: 0 };
  const perSecond: number[] = [];
  const slice = async (load: Load, server: { usage(): Promise<{ cpuUs: number }> }): Promise<number> => {
    const requests = plays.some(sizes.slicePlays);
    const { cpuUs } = await server.usage();
    requireAll(await load.inTurn(requests));
    return (await server.usage()).cpuUs - cpuUs;
  };
  // The first round warms up.
  for (let round = -1; round < sizes.rounds; round++) {
    if (round === 0) for (const of of Object.keys(cost) as (keyof typeof cost)[]) cost[of] = 0;
    cost.bare += await slice(theirs, bare);
    await region.tell({ order: 'leases', leases: 'memory' });
    cost.stateless += await slice(ours, region);
    await region.tell({ order: 'leases', leases: 'postgres' });
    const [databaseUs, startMs] = [await treeCpuUs(postgres.pid), performance.now()];
    cost.everything += await slice(ours, region);
    perSecond.push((sizes.slicePlays * 1000) / (performance.now() - startMs));
    cost.postgres += (await treeCpuUs(postgres.pid)) - databaseUs;
  }
  const count = sizes.rounds * sizes.slicePlays;
  const us = (name: string, value: number): Metric => ({ name, value: value / count, unit: 'us', better: 'lower' });
  const ratio = (name: string, value: number, target: number): Metric => ({
    name,
    value,
    unit: '',
    better: 'higher',
    target,
  });
  const metrics = [
    us('bare', cost.bare),
    us('stateless', cost.stateless),
    us('everything-node', cost.everything),
    us('everything-postgres', cost.postgres),
    ratio('bare/stateless', cost.bare / cost.stateless, TARGETS.stateless),
    ratio('bare/everything', cost.bare / (cost.everything + cost.postgres), TARGETS.everything),
  ];
  return { metrics, perSecond };
}

/** The bare server under the same load tells what machine and load generator add. */
async function underLoad(
  { loadMs }: Sizes,
  plays: MadePlays,
  { ours, theirs, region }: Pick<Servers, 'ours' | 'theirs' | 'region'>,
  perSecond: number,
): Promise<Metric[]> {
  const run = (load: Load): Promise<number[]> => load.byThemselves(perSecond, loadMs, () => plays.next());
  const changesRead = async (): Promise<number> => (await region.tell({ order: 'usage' })).changesRead ?? 0;
  const bareMs = p99(await run(theirs));
  const oursMs = p99(await run(ours));
  const before = await changesRead();
  await region.tell({ order: 'change-routes' });
  const rebuildingMs = await run(ours);
  // A region looks for changed routes every two seconds: a short load goes on until it did.
  while ((await changesRead()) === before) rebuildingMs.push(...(await run(ours)));
  const rebuilds = (await changesRead()) - before;
  const late = (name: string, value: number, target?: number): Metric => ({
    name,
    value,
    unit: 'ms',
    better: 'lower',
    ...(target !== undefined && { target }),
  });
  return [
    { name: 'load', value: perSecond, unit: 'plays/s', better: 'higher' },
    late('p99-bare', bareMs),
    late('p99', oursMs, TARGETS.p99Ms),
    late('p99-rebuilding', p99(rebuildingMs), TARGETS.p99Ms),
    { name: 'rebuilds', value: rebuilds, unit: '', better: 'higher' },
  ];
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
}

function requireAll(answers: readonly Answered[]): void {
  const failed = answers.find(({ status }) => status !== 200);
  if (failed) throw new Error(`A play was answered with ${failed.status}.`);
}

function meanSize(answers: readonly Answered[]): number {
  requireAll(answers);
  return Math.round(answers.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) / answers.length);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
