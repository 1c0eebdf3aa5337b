import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { abr } from './abr.ts';
import { decisions } from './decisions.ts';
import type { Bench, Metric } from './metric.ts';
import { prefixLookup } from './prefix-lookup.ts';
import { ranking } from './ranking.ts';
import { servers } from './servers.ts';
import { simulatedHour } from './simulated-hour/simulated-hour.ts';
import { size } from './size.ts';
import { tableRebuild } from './table-rebuild.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  abr,
  decisions,
  'prefix-lookup': prefixLookup,
  ranking,
  servers,
  'simulated-hour': simulatedHour,
  size,
  'table-rebuild': tableRebuild,
  'play-requests': async (options) => (await import('./play-requests/play-requests.ts')).playRequests(options),
  // Needs nginx, and koffi to ask fast enough.
  serving: async (options) => (await import('./serving/serving.ts')).serving(options),
  overload: async (options) => (await import('./overload/overload.ts')).overload(options),
  disks: async (options) => (await import('./disks/disks.ts')).disks(options),
  // Loaded where they run: they need built packages and a browser.
  failover: async (options) => (await import('./failover/failover.ts')).failover(options),
  startup: async (options) => (await import('./startup/startup.ts')).startup(options),
};

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: text,
    harness: text,
    traces: text,
    split: text,
    metric: text,
    runs: text,
    players: text,
    faults: text,
    screenshots: text,
    sizes: text,
    engines: text,
    'cpu-prof': text,
    'node-flags': text,
    'warm-plays': text,
    'hdd-emulator': text,
  },
});
const [name] = positionals;
const bench = name === undefined ? undefined : BENCHES[name];

if (name === undefined || !bench) {
  console.error(
    `${name === undefined ? 'Which bench?' : `There is no bench "${name}".`} One of: ${Object.keys(BENCHES).join(', ')}`,
  );
  process.exitCode = 1;
} else {
  const metrics = await bench({
    ...values,
    cpuProf: values['cpu-prof'],
    nodeFlags: values['node-flags'],
    warmPlays: values['warm-plays'],
    hddEmulator: values['hdd-emulator'],
  });
  console.table(Object.fromEntries(metrics.map((metric) => [metric.name, row(metric)])));
  const machine = `${cpus()[0]?.model ?? 'unknown'} x${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ bench: name, machine, metrics }, null, 2)}\n`);
}

function row({ value, unit, better, target, atLeast = false }: Metric): Record<string, string> {
  const met = target === undefined ? '' : (better === 'lower' ? value <= target : value >= target) ? 'met' : 'missed';
  return {
    value: `${atLeast ? '>' : ''}${Number(value.toPrecision(4))} ${unit}`,
    better,
    target: target === undefined ? '' : `${target} ${unit}`,
    met,
  };
}
