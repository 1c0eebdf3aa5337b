import { createWorld, type SyntheticTitle, synthesizeTitle, type WorldOptions } from '@pressplay/testkit/simulation';
import { PLAY_MS, type PlayCost, type PlayOrder } from './play-order.ts';

const HOUR_MS = 3_600_000;
const REST_MS = 5 * 60_000;

/** Where nothing changes nobody needs to hear so every two seconds. */
const AT_REST: Partial<WorldOptions> = {
  ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS },
  controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS },
};

/** Plays one play after the other in virtual time, as it is told over IPC, and says what each cost this process. */
const title = synthesizeTitle({ titleId: 'long-1', durationMs: PLAY_MS });

process.on('message', ({ seed, isAtRest }: PlayOrder) => {
  costOf(title, { seed, ...(isAtRest && AT_REST) }).then(
    (cost) => process.send?.(cost),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit());

async function costOf(played: SyntheticTitle, options: WorldOptions): Promise<PlayCost> {
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const world = await createWorld({ titles: [played], ...options });
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
