import { parseArgs } from 'node:util';
import { synthesizeTitle } from '../simulation/media.ts';
import { playSession, type SessionResult } from './play-session.ts';
import { report } from './report.ts';
import { drawScene } from './scene.ts';
import { TraceLibrary, traceFolder } from './trace-library.ts';

const USUAL_TRACES = '../shared/traces';
const HELP = `npm run simulate -- [--sessions N] [--seed S] [--traces DIR|none] [--verbose]

Plays N sessions in virtual time, with seeds S, S+1, ...: the real SDK, control plane and OCAs, on random networks and
with random faults. Checks what must hold, prints figures, and for each violation the command that replays it.
Links follow the traces (CSV: duration_ms,bandwidth_kbps,latency_ms) of DIR, by default ${USUAL_TRACES} where it exists.`;

const TITLES = [
  synthesizeTitle({ titleId: 'noise-1', durationMs: 32_000 }),
  synthesizeTitle({ titleId: 'noise-2', durationMs: 48_000, segmentMs: 2000 }),
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sessions: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      traces: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const sessions = wholeNumber('--sessions', values.sessions, 1);
  const firstSeed = wholeNumber('--seed', values.seed, 0);
  const library = new TraceLibrary(traceFolder(values.traces, USUAL_TRACES));
  console.log(library.folder === undefined ? 'No traces.' : `${library.names.length} traces in ${library.folder}.`);
  const results: SessionResult[] = [];
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let seed = firstSeed; seed < firstSeed + sessions; seed++) {
    const result = await simulate(seed, library, values.verbose);
    results.push(result);
    for (const violation of result.violations) console.log(`seed ${seed}: ${violation}`);
    if (result.violations.length > 0) console.log(`  replay: ${replay(seed, library)}`);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${sessions} `);
  }
  console.log(report(results));
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  // Beside the figures, which two runs print alike.
  console.error(
    `took ${seconds(performance.now() - startedAtMs)}, ${seconds((user + system) / 1000)} of processor time`,
  );
  if (results.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

async function simulate(seed: number, library: TraceLibrary, isVerbose: boolean): Promise<SessionResult> {
  const scene = drawScene(seed, { titleCount: TITLES.length, traces: library.names });
  if (isVerbose) console.log(JSON.stringify(scene));
  try {
    const result = await playSession(scene, { titles: TITLES, trace: (name) => library.trace(name) });
    if (isVerbose) console.log(JSON.stringify(result));
    return result;
  } catch (error) {
    return { seed, viewers: [], virtualMs: 0, violations: [`the session broke off: ${stackOf(error)}`] };
  }
}

function replay(seed: number, { folder }: TraceLibrary): string {
  return `npm run simulate -- --sessions 1 --seed ${seed} --traces ${folder ?? 'none'}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
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
