import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SessionResult } from './play-session.ts';
import { simulateSeed } from './simulate-seed.ts';
import { TraceLibrary } from './trace-library.ts';

/** Beside this file: as source, or bundled as `npm run simulate` does. */
const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './session-worker.ts' : './session-worker.mjs', import.meta.url),
);

export interface SeedRun {
  readonly seeds: readonly number[];
  readonly workers: number;
  /** Folder of the traces; undefined for none. */
  readonly traces: string | undefined;
  /** Begins no further session once it fires. */
  readonly stop?: AbortSignal;
  /** As each one ends: with several workers not in the order of the seeds. */
  readonly onResult: (result: SessionResult) => void;
}

/** Simulates all seeds, here or in processes of their own. Gives the results in the order of the seeds. */
export async function runSeeds({ seeds, workers, traces, stop, onResult }: SeedRun): Promise<SessionResult[]> {
  const results = new Map<number, SessionResult>();
  const take = (result: SessionResult): void => {
    results.set(result.seed, result);
    onResult(result);
  };
  const waiting = [...seeds];
  stop?.addEventListener('abort', () => waiting.splice(0));
  if (workers === 1) {
    const library = new TraceLibrary(traces);
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift())
      take(await simulateSeed(seed, library));
  } else {
    const count = Math.min(workers, waiting.length);
    await Promise.all(Array.from({ length: count }, () => workOff(waiting, traces, take)));
  }
  return seeds.flatMap((seed) => results.get(seed) ?? []);
}

/** One process, one seed after the other until none waits. */
function workOff(waiting: number[], traces: string | undefined, take: (result: SessionResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(WORKER, traces === undefined ? [] : [traces]);
    let seed: number | undefined;
    const next = (): void => {
      seed = waiting.shift();
      if (seed === undefined) worker.disconnect();
      else worker.send(seed);
    };
    worker.on('message', (result) => {
      take(result as SessionResult);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (seed === undefined) resolve();
      else reject(new Error(`A worker ended with ${code} in the middle of seed ${seed}.`));
    });
    next();
  });
}
