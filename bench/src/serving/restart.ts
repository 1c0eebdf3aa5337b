import { type Metric, median } from '../metric.ts';
import { type ContenderName, type Stage, startContender } from './contenders.ts';

const ROUNDS = 7;
const LOOK_MS = 2;
const OURS: readonly ContenderName[] = ['nginx-engine', 'node', 'node-threads'];

/** From the start of a process whose predecessor was killed in the middle of its work until it serves. */
export async function restartMetrics(stage: Stage, names: readonly ContenderName[]): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  for (const name of OURS.filter((each) => names.includes(each))) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await restartMs(name, stage));
    const value = Math.max(...times);
    metrics.push({
      name: `${name}: serves again after SIGKILL, median`,
      value: median(times),
      unit: 'ms',
      better: 'lower',
    });
    metrics.push({
      name: `${name}: serves again after SIGKILL, slowest`,
      value,
      unit: 'ms',
      better: 'lower',
      target: 1000,
    });
  }
  return metrics;
}

async function restartMs(name: ContenderName, stage: Stage): Promise<number> {
  const first = await startContender(name, stage);
  const url = `http://${first.target.host}:${first.target.port}${first.target.paths[0] ?? ''}`;
  const running = fetch(url)
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
  await first.kill();
  const startedMs = performance.now();
  const starting = startContender(name, stage, first.target.port);
  while (!(await serves(url))) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const tookMs = performance.now() - startedMs;
  await running;
  await (await starting).stop();
  return tookMs;
}

function serves(url: string): Promise<boolean> {
  return fetch(url, { headers: { range: 'bytes=0-99' } }).then(
    async (response) => (await response.arrayBuffer()).byteLength === 100,
    () => false,
  );
}
