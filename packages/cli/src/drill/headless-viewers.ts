import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from '@pressplay/sdk-node';
import { createHeadlessPlayer } from '../play/headless-play.ts';
import type { DrillPlan } from './drill-plan.ts';
import type { DrillTarget } from './drill-target.ts';

/** What the viewers of one headless player lived through, one play after the other. */
export interface HeadlessReport {
  readonly plays: number;
  readonly playedMs: number;
  readonly stalls: number;
  readonly stalledMs: number;
  readonly longestStartupMs: number;
  readonly regionFailovers: number;
  readonly handOvers: number;
  readonly errors: readonly string[];
}

export interface HeadlessViewers {
  stop(): Promise<readonly HeadlessReport[]>;
}

const NOTHING: HeadlessReport = {
  plays: 0,
  playedMs: 0,
  stalls: 0,
  stalledMs: 0,
  longestStartupMs: 0,
  regionFailovers: 0,
  handOvers: 0,
  errors: [],
};

/**
 * Whole plays beside the load, all with the failing region as their nearest. They begin one after the other, so that some
 * are under way when the region fails and some begin without it.
 */
export function startHeadlessViewers(target: DrillTarget, plan: DrillPlan): HeadlessViewers {
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const regions = [...target.regions].sort(
    (one, other) => Number(other.regionId === plan.regionId) - Number(one.regionId === plan.regionId),
  );
  const spanMs = plan.beforeMs + plan.outageMs;
  const watching = Array.from({ length: plan.players }, async (_, number) => {
    const accessToken = await target.accessToken(`drill-player-${number}`);
    let report = NOTHING;
    await sleep((spanMs * number) / plan.players, undefined, { signal: leaving.signal }).catch(() => undefined);
    while (!leaving.signal.aborted)
      report = sumOf(
        report,
        await playOnce(createHeadlessPlayer({ regions, accessToken }), plan.titleId, leaving.signal),
      );
    return report;
  });
  return {
    stop() {
      leaving.abort();
      return Promise.all(watching);
    },
  };
}

async function playOnce(player: Player, titleId: string, leaving: AbortSignal): Promise<HeadlessReport> {
  let regionFailovers = 0;
  const errors: string[] = [];
  player.on('region-failover', () => regionFailovers++);
  player.on('error', ({ error }) => errors.push(error.code));
  const over = new Promise<void>((resolve) => {
    player.on('state', ({ to }) => (to === 'ended' || to === 'failed') && resolve());
    leaving.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await player.load(titleId);
    player.play();
    await over;
  } catch {
    // The error event told it.
    if (!leaving.aborted) await sleep(1000);
  }
  const { qoe } = player.stats();
  player.destroy();
  return {
    plays: 1,
    playedMs: qoe?.playingMs ?? 0,
    stalls: qoe?.rebufferCount ?? 0,
    stalledMs: qoe?.rebufferMs ?? 0,
    longestStartupMs: qoe?.startupMs ?? 0,
    regionFailovers,
    handOvers: Object.values(qoe?.handOvers ?? {}).reduce((sum, count) => sum + count, 0),
    errors,
  };
}

function sumOf(one: HeadlessReport, other: HeadlessReport): HeadlessReport {
  return {
    plays: one.plays + other.plays,
    playedMs: one.playedMs + other.playedMs,
    stalls: one.stalls + other.stalls,
    stalledMs: one.stalledMs + other.stalledMs,
    longestStartupMs: Math.max(one.longestStartupMs, other.longestStartupMs),
    regionFailovers: one.regionFailovers + other.regionFailovers,
    handOvers: one.handOvers + other.handOvers,
    errors: [...one.errors, ...other.errors],
  };
}
