import { fork } from 'node:child_process';
import { once } from 'node:events';
import { bundlePrograms, programAt } from '../bundle-programs.ts';
import { type Bench, type Metric, median } from '../metric.ts';
import { PLAY_MS, type PlayCost, type PlayOrder } from './play-order.ts';

const OUT_DIR = 'node_modules/.cache/pressplay-bench/simulated-hour/';
const PLAYS_AN_HOUR = 3_600_000 / PLAY_MS;
const DEFAULT_RUNS = 3;
/** After so many plays everything that is used often is compiled. */
const WARM_UP_PLAYS = 9;

/**
 * What an hour of play costs in virtual time: three plays of twenty minutes with the real SDK, backend and OCAs, one of
 * which dies in the middle of each play; in a process of its own, from one file as `npm run simulate` is, without what
 * it costs to make the film up. From a cold start, and where an hour and more was simulated before; with a control plane
 * at rest, and (from one play) with reports every two seconds.
 */
export const simulatedHour: Bench = async ({ runs }) => {
  await bundlePrograms({
    outDir: OUT_DIR,
    input: { hour: 'bench/src/simulated-hour/hour-process.ts' },
    external: [],
  });
  const cold: PlayCost[] = [];
  const warm: PlayCost[] = [];
  let busyS = Number.NaN;
  for (let run = 1, last = Number(runs ?? DEFAULT_RUNS); run <= last; run++) {
    const process = new HourProcess();
    try {
      cold.push(await process.hour());
      if (run < last) continue;
      for (let play = 0; play < WARM_UP_PLAYS; play++) await process.play({ seed: play, isAtRest: true });
      for (let hour = 0; hour < DEFAULT_RUNS; hour++) warm.push(await process.hour());
      busyS = (await process.play({ seed: 1, isAtRest: false })).cpuS * PLAYS_AN_HOUR;
    } finally {
      await process.end();
    }
  }
  return [
    seconds('cpu-per-played-hour', median(cold.map(({ cpuS }) => cpuS)), 1),
    seconds('wall-time-per-played-hour', median(cold.map(({ wallS }) => wallS)), 1),
    seconds('cpu-per-played-hour-warm', median(warm.map(({ cpuS }) => cpuS)), 1),
    seconds('cpu-per-played-hour-reports-every-2-s', busyS),
  ];
};

/** It has simulated nothing before. */
class HourProcess {
  readonly #child = fork(programAt(OUT_DIR, 'hour'), { execArgv: [] });

  async hour(): Promise<PlayCost> {
    const sum = { cpuS: 0, wallS: 0 };
    for (let seed = 1; seed <= PLAYS_AN_HOUR; seed++) {
      const { cpuS, wallS } = await this.play({ seed, isAtRest: true });
      sum.cpuS += cpuS;
      sum.wallS += wallS;
    }
    return sum;
  }

  async play(order: PlayOrder): Promise<PlayCost> {
    const heard = new AbortController();
    const { signal } = heard;
    try {
      this.#child.send(order);
      const answered = once(this.#child, 'message', { signal }) as Promise<[PlayCost | { readonly failed: string }]>;
      const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`The process that simulates ended with ${code}.`);
      });
      const [answer] = await Promise.race([answered, ended]);
      if ('failed' in answer) throw new Error(answer.failed);
      return answer;
    } finally {
      heard.abort();
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

function seconds(name: string, value: number, target?: number): Metric {
  return { name, value, unit: 's', better: 'lower', ...(target === undefined ? {} : { target }) };
}
