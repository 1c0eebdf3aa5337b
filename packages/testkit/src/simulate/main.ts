import { parseArgs } from 'node:util';
import type { SessionResult } from './play-session.ts';
import { report } from './report.ts';
import { runSeeds } from './seed-runner.ts';
import { sceneOf } from './simulate-seed.ts';
import { TraceLibrary, traceFolder } from './trace-library.ts';

const USUAL_TRACES = '../shared/traces';
const HELP = `npm run simulate -- [--sessions N] [--seed S] [--workers W] [--traces DIR|none] [--verbose]

Plays N sessions in virtual time, with seeds S, S+1, ...: the real SDK, control plane and OCAs, on random networks and
with random faults. Checks what must hold, prints figures, and for each violation the command that replays it.
W processes share the seeds, by default one; the figures do not depend on it. Ctrl-C prints the figures so far.
Links follow the traces (CSV: duration_ms,bandwidth_kbps,latency_ms) of DIR, by default ${USUAL_TRACES} where it exists.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sessions: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      traces: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const sessions = wholeNumber('--sessions', values.sessions, 1);
  const firstSeed = wholeNumber('--seed', values.seed, 0);
  const workers = wholeNumber('--workers', values.workers, 1);
  const library = new TraceLibrary(traceFolder(values.traces, USUAL_TRACES));
  console.log(library.folder === undefined ? 'No traces.' : `${library.names.length} traces in ${library.folder}.`);
  const startedAtMs = performance.now();
  const stop = new AbortController();
  // The first one lets running sessions end and prints what there is; a second one kills.
  process.once('SIGINT', () => stop.abort());
  let count = 0;
  const results = await runSeeds({
    seeds: Array.from({ length: sessions }, (_, i) => firstSeed + i),
    workers,
    traces: library.folder,
    stop: stop.signal,
    onResult: (result) => {
      count++;
      tell(result, library, values.verbose);
      if (process.stderr.isTTY) process.stderr.write(`\r${count} of ${sessions} `);
    },
  });
  console.log(report(results));
  // Beside the figures, which two runs print alike.
  console.error(`took ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

function tell(result: SessionResult, library: TraceLibrary, isVerbose: boolean): void {
  const { seed, violations } = result;
  if (isVerbose) console.log(JSON.stringify({ scene: sceneOf(seed, library), result }));
  for (const violation of violations) console.log(`seed ${seed}: ${violation}`);
  if (violations.length > 0) console.log(`  replay: ${replay(seed, library)}`);
}

function replay(seed: number, { folder }: TraceLibrary): string {
  return `npm run simulate -- --sessions 1 --seed ${seed} --traces ${folder ?? 'none'}`;
}

function wholeNumber(option: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw new Error(`${option} takes a whole number from ${min} on, not "${text}".`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
