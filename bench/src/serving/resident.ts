import type { Metric } from '../metric.ts';
import { type ContenderName, type Stage, startContender } from './contenders.ts';
import { Load } from './load.ts';
import { treeUsage } from './tree-usage.ts';

const MB = 1e6;
const FEW = { idle: 0, active: 200 };
const MANY = { idle: 10_000, active: 2000 };
const OURS: readonly ContenderName[] = ['nginx-engine', 'node', 'node-threads', 'node-pooled'];
const SETTLE_MS = 1000;

/** Memory of a whole process tree while clients take nothing of whole files, and while thousands more only keep their connection. */
export async function residentMetrics(stage: Stage, names: readonly ContenderName[]): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  for (const name of OURS.filter((each) => names.includes(each))) {
    metrics.push({ ...(await resident(name, stage, FEW)), name: `${name}: memory at 200 connections`, target: 150 });
    metrics.push({ ...(await resident(name, stage, MANY)), name: `${name}: memory at 10,000 idle and 2,000 active` });
  }
  return metrics;
}

async function resident(
  name: ContenderName,
  stage: Stage,
  counts: { readonly idle: number; readonly active: number },
): Promise<Omit<Metric, 'name'>> {
  const contender = await startContender(name, stage);
  const load = new Load();
  try {
    await load.perform({ order: 'hold', target: contender.target, ...counts });
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { value: treeUsage(contender.pid).residentBytes / MB, unit: 'MB', better: 'lower' };
  } finally {
    await load.perform({ order: 'release' }).catch(() => {});
    load.stop();
    await contender.stop();
  }
}
