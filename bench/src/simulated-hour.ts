import { createWorld, synthesizeTitle } from '@pressplay/testkit/simulation';
import type { Bench } from './metric.ts';

const PLAY_MS = 20 * 60_000;
const HOUR_MS = 3_600_000;

/** What an hour of play costs in virtual time: the real SDK, backend and OCAs, one of which dies on the way. */
export const simulatedHour: Bench = async () => {
  const title = synthesizeTitle({ titleId: 'long-1', durationMs: PLAY_MS });
  const world = await createWorld({ seed: 1, titles: [title] });
  const player = world.createPlayer();
  const startMs = performance.now();
  await world.settle(player.load('long-1'));
  await world.runUntil(() => player.stats().positionMs > PLAY_MS / 2, HOUR_MS);
  world.killOca(player.stats().ocaId ?? '');
  await world.runUntil(() => player.state === 'ended', HOUR_MS);
  const wallMs = performance.now() - startMs;
  if (player.stats().rebufferCount > 0)
    throw new Error('The simulated play stalled: the figure would not be comparable.');
  return [
    {
      name: 'wall-time-per-played-hour',
      value: (wallMs * HOUR_MS) / PLAY_MS / 1_000,
      unit: 's',
      better: 'lower',
      target: 1,
    },
  ];
};
