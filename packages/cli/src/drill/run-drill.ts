import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeClock, nodeHttpClient } from '@pressplay/sdk-node';
import { CliError } from '../cli-error.ts';
import type { DrillPlan } from './drill-plan.ts';
import { type DrillReport, reportOf } from './drill-report.ts';
import type { DrillTarget } from './drill-target.ts';
import { startHeadlessViewers } from './headless-viewers.ts';
import { startRegionLoad } from './region-load.ts';

export interface DrillRun {
  readonly target: DrillTarget;
  readonly plan: DrillPlan;
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** How long the region may take after its start. */
const READY_LIMIT_MS = 60_000;

/** Fails a region under load, waits until it is back, and reports. The supervisor brings it back also if this ends early. */
export async function runDrill({ target, plan, onProgress, signal }: DrillRun): Promise<DrillReport> {
  const wait = (delayMs: number) => sleep(Math.max(0, delayMs), undefined, { ...(signal && { signal }) });
  const loadAtMs = nodeClock.nowMs();
  const load = startRegionLoad({ target, plan, http: nodeHttpClient() });
  const headless = startHeadlessViewers(target, plan);
  const ownDelay = monitorEventLoopDelay();
  ownDelay.enable();
  try {
    onProgress(`${plan.rate} plays a second for ${plan.beforeMs / 1000} s`);
    await wait(plan.beforeMs);
    const failedAtMs = nodeClock.nowMs();
    await target.failRegion(plan.regionId, plan.outageMs, plan.how);
    const restartAtMs = nodeClock.nowMs() + plan.outageMs;
    const became = plan.how === 'hang' ? 'hangs and answers nothing' : 'was killed and stays away';
    onProgress(`${plan.regionId} ${became} for ${plan.outageMs / 1000} s`);
    await wait(plan.outageMs);
    onProgress(`${plan.regionId} is being started`);
    const readyAtMs = await untilReady(target, plan.regionId, restartAtMs, wait);
    onProgress(readyAtMs === undefined ? `${plan.regionId} did not come back` : `${plan.regionId} is back`);
    await wait(plan.afterMs);
    const endMs = nodeClock.nowMs();
    ownDelay.disable();
    await load.stop();
    return reportOf({
      plan,
      regionIds: target.regions.map(({ regionId }) => regionId),
      moments: { loadAtMs, failedAtMs, restartAtMs, readyAtMs, endMs },
      samples: load.samples,
      headless: await headless.stop(),
      ownLateMs: ownDelay.max / 1e6,
    });
  } finally {
    ownDelay.disable();
    await Promise.all([load.stop(), headless.stop()]);
  }
}

/** The title to play, once it is sure that the drill can be held. */
export async function titleForDrill(target: DrillTarget, regionId: string, wanted?: string): Promise<string> {
  const known = target.regions.map((region) => region.regionId);
  if (!known.includes(regionId))
    throw new CliError(`The fleet has no region "${regionId}". It has: ${known.join(', ')}.`);
  if (known.length < 2) throw new CliError('The fleet has one region: without it nothing is left to play from.');
  const { titles, regions } = await target.snapshot();
  const down = regions.filter(({ process }) => process !== 'up').map((region) => region.regionId);
  if (down.length > 0) throw new CliError(`No drill while ${down.join(', ')} is down already.`);
  const live = titles.filter(({ live }) => live).map(({ titleId }) => titleId);
  const title = wanted === undefined ? live[0] : live.find((titleId) => titleId === wanted);
  if (title === undefined)
    throw new CliError(
      wanted === undefined ? 'No title is live.' : `"${wanted}" is not live. Live: ${live.join(', ') || 'none'}.`,
    );
  return title;
}

async function untilReady(
  target: DrillTarget,
  regionId: string,
  restartAtMs: number,
  wait: (delayMs: number) => Promise<unknown>,
): Promise<number | undefined> {
  const baseUrl = target.regions.find((region) => region.regionId === regionId)?.baseUrl;
  while (nodeClock.nowMs() < restartAtMs + READY_LIMIT_MS) {
    const answer = await fetch(`${baseUrl}/v1/health`, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.ok) return nodeClock.nowMs();
    await wait(20);
  }
  return undefined;
}
