import { availableParallelism } from 'node:os';
import { type Metric, median } from '../metric.ts';
import { type Contender, type ContenderName, type Stage, startContender } from './contenders.ts';
import { Load } from './load.ts';
import { cpuMsOf } from './tree-usage.ts';

const OURS: readonly ContenderName[] = ['node', 'node-threads'];
const ROUNDS = 8;
const WARM_ROUNDS = 3;
const RANGE = { rangeBytes: 64 * 1024, requests: 6000, connections: 16 };

interface Round {
  readonly perS: number;
  /** Processors that the server and who asks it kept busy. */
  readonly serverCores: number;
  readonly loadCores: number;
}

/** Ranges of 64 KiB a second by one thread and by two, turn by turn. Who asks works on the same machine: its share is told, too. */
export async function throughputMetrics(stage: Stage, names: readonly ContenderName[]): Promise<readonly Metric[]> {
  const chosen = OURS.filter((each) => names.includes(each));
  const contenders: Contender[] = [];
  const loads = [new Load(), new Load()];
  const rounds = new Map<string, Round[]>(chosen.map((name) => [name, []]));
  try {
    for (const name of chosen) contenders.push(await startContender(name, stage));
    for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
      for (const contender of contenders) {
        const measured = await perform(contender, loads);
        if (round >= WARM_ROUNDS) rounds.get(contender.name)?.push(measured);
      }
    }
  } finally {
    for (const load of loads) load.stop();
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
  return [...rounds].flatMap(([name, all]) => metricsOf(name, all));
}

async function perform({ pid, target }: Contender, loads: readonly Load[]): Promise<Round> {
  const loadMs = (): number => loads.reduce((sum, load) => sum + cpuMsOf(load.pid), 0);
  const [serverBefore, loadBefore, startedMs] = [cpuMsOf(pid), loadMs(), performance.now()];
  await Promise.all(loads.map((load) => load.perform({ order: 'ranges', target, ...RANGE })));
  const tookMs = performance.now() - startedMs;
  return {
    perS: (loads.length * RANGE.requests * 1000) / tookMs,
    serverCores: (cpuMsOf(pid) - serverBefore) / tookMs,
    loadCores: (loadMs() - loadBefore) / tookMs,
  };
}

function metricsOf(name: string, rounds: readonly Round[]): readonly Metric[] {
  const label = `64 KiB ${name}`;
  const cores = (of: (round: Round) => number): Pick<Metric, 'value' | 'unit' | 'better'> => {
    return { value: median(rounds.map(of)), unit: `of ${availableParallelism()} processors`, better: 'lower' };
  };
  const perS = median(rounds.map((round) => round.perS));
  return [
    { name: `${label}: ranges`, value: perS, unit: '1/s', better: 'higher' },
    { name: `${label}: the server keeps busy`, ...cores((round) => round.serverCores) },
    { name: `${label}: who asks keeps busy`, ...cores((round) => round.loadCores) },
  ];
}
