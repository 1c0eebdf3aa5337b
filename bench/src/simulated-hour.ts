import { createWorld, type SyntheticTitle, synthesizeTitle, type WorldOptions } from '@pressplay/testkit/simulation';
import type { Bench, Metric } from './metric.ts';

const PLAY_MS = 20 * 60_000;
const PLAYS_AN_HOUR = 3;
const HOUR_MS = 3_600_000;
const REST_MS = 5 * 60_000;

/** Where nothing changes nobody needs to hear so every two seconds. */
const AT_REST: Partial<WorldOptions> = {
  ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS },
  controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS },
};

interface Cost {
  readonly cpuS: number;
  readonly wallS: number;
}

/**
 * What an hour of play costs in virtual time, cold start included: the real SDK, backend and OCAs, one of which dies
 * in the middle of each play. Once with a control plane at rest, once (from one play) with reports every two seconds.
 */
export const simulatedHour: Bench = async () => {
  const title = synthesizeTitle({ titleId: 'long-1', durationMs: PLAY_MS });
  const costs: Cost[] = [];
  for (let play = 1; play <= PLAYS_AN_HOUR; play++) costs.push(await costOf(title, { seed: play, ...AT_REST }));
  const last = costs.at(-1) ?? { cpuS: Number.NaN, wallS: Number.NaN };
  const busy = await costOf(title, { seed: 1 });
  return [
    seconds('cpu-per-played-hour', sum(costs.map(({ cpuS }) => cpuS)), 1),
    seconds('wall-time-per-played-hour', sum(costs.map(({ wallS }) => wallS)), 1),
    seconds('cpu-per-played-hour-warm', last.cpuS * PLAYS_AN_HOUR),
    seconds('cpu-per-played-hour-reports-every-2-s', busy.cpuS * PLAYS_AN_HOUR),
  ];
};

async function costOf(title: SyntheticTitle, options: WorldOptions): Promise<Cost> {
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const world = await createWorld({ titles: [title], ...options });
  const player = world.createPlayer();
  await world.settle(player.load('long-1'));
  await world.advance(PLAY_MS / 2);
  world.killOca(player.stats().ocaId ?? '');
  await world.runUntil(() => player.state === 'ended', HOUR_MS);
  const { user, system } = process.cpuUsage(cpuBefore);
  if (player.stats().rebufferCount > 0)
    throw new Error('The simulated play stalled: the figure would not be comparable.');
  return { cpuS: (user + system) / 1e6, wallS: (performance.now() - startMs) / 1000 };
}

function seconds(name: string, value: number, target?: number): Metric {
  return { name, value, unit: 's', better: 'lower', ...(target === undefined ? {} : { target }) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
