import { loadavg } from 'node:os';
import { type Bench, type BenchOptions, type Metric, median } from '../metric.ts';
import { type Contender, type Start, startOnce } from './one-start.ts';
import { pairedDifference } from './paired.ts';
import { buildStage, type StartupStage } from './stage.ts';

const CONTENDERS: readonly Contender[] = ['ours', 'hls.js', 'shaka-hls', 'shaka-dash'];
const DEFAULT_RUNS = 15;
const LINK = { rttMs: 40, rateBps: 8_000_000 };

/**
 * From `load()` to `playing` in real Chromium over a link of 8 Mbit/s and 40 ms, all players taking turns: ours with
 * probing, hls.js as shipped, Shaka with its costly defaults cured, from HLS and from DASH.
 */
export const startup: Bench = async (options) => {
  const loadBefore = loadavg()[0] ?? 0;
  const stage = await buildStage(LINK);
  try {
    const starts = await takeTurns(stage, options);
    assertSameRendition(starts);
    return [...figures(starts), ...machineFigures(loadBefore)];
  } finally {
    await stage.close();
  }
};

type Starts = ReadonlyMap<Contender, readonly Start[]>;

async function takeTurns(stage: StartupStage, { runs, screenshots }: BenchOptions): Promise<Starts> {
  const starts = new Map<Contender, Start[]>(CONTENDERS.map((contender) => [contender, []]));
  // The first round warms caches up, of the disk, the servers and the browser: it does not count.
  for (const contender of CONTENDERS)
    await startOnce(
      stage,
      contender,
      screenshots === undefined ? undefined : `${screenshots}/startup-${contender}.png`,
    );
  for (let run = 0; run < Number(runs ?? DEFAULT_RUNS); run++) {
    for (let turn = 0; turn < CONTENDERS.length; turn++) {
      const contender = CONTENDERS[(run + turn) % CONTENDERS.length] ?? 'ours';
      starts.get(contender)?.push(await startOnce(stage, contender));
    }
    console.error(
      `run ${run + 1}: ${CONTENDERS.map((one) => `${one} ${Math.round(starts.get(one)?.at(-1)?.startupMs ?? 0)} ms`).join(', ')}`,
    );
  }
  return starts;
}

function assertSameRendition(starts: Starts): void {
  const seen = [...starts].flatMap(([contender, list]) => list.map(({ renditionId }) => ({ contender, renditionId })));
  const wrong = seen.find(({ renditionId }) => renditionId !== seen[0]?.renditionId || renditionId === 'none');
  if (wrong)
    throw new Error(
      `${wrong.contender} began with ${wrong.renditionId}, ${seen[0]?.contender} with ${seen[0]?.renditionId}: not comparable.`,
    );
}

function figures(starts: Starts): Metric[] {
  const timesOf = (contender: Contender): number[] => (starts.get(contender) ?? []).map(({ startupMs }) => startupMs);
  const stock = CONTENDERS.filter((contender) => contender !== 'ours');
  const medians = CONTENDERS.map((contender) => ms(`${contender} median`, median(timesOf(contender))));
  const slowest = CONTENDERS.map((contender) => ms(`${contender} slowest`, Math.max(...timesOf(contender))));
  const differences = stock.flatMap((contender) => {
    const { median: middle, low, high } = pairedDifference(timesOf('ours'), timesOf(contender));
    return [
      ms(`ours minus ${contender}`, middle, 0),
      ms(`ours minus ${contender}, 95 % from`, low),
      ms(`ours minus ${contender}, 95 % to`, high),
    ];
  });
  return [...medians, ...slowest, ...differences];
}

function machineFigures(loadBefore: number): Metric[] {
  return [
    { name: 'load average before', value: loadBefore, unit: '', better: 'lower' },
    { name: 'load average after', value: loadavg()[0] ?? 0, unit: '', better: 'lower' },
  ];
}

function ms(name: string, value: number, target?: number): Metric {
  return { name, value, unit: 'ms', better: 'lower', ...(target === undefined ? {} : { target }) };
}
