import type { Fault } from '@pressplay/protocol/messages';
import { integerFrom, type Prng, pickFrom } from './prng.ts';
import type { World } from './world.ts';

const MEGABIT = 1_000_000;
const HOUR_MS = 3_600_000;

/** Something that happens to one OCA. */
export type Trouble = (world: World, ocaId: string, random: Prng) => Promise<void> | void;

const faults =
  (...list: Fault[]): Trouble =>
  (world, ocaId) =>
    world.fleet.oca(ocaId).isUp ? world.setFaults(ocaId, list) : undefined;

/** All that leaves the bytes right: deaths and returns, links that break, servers that answer late, slowly or not at all. */
export const TROUBLES: readonly Trouble[] = [
  (world, ocaId) => {
    if (world.fleet.oca(ocaId).isUp) world.killOca(ocaId);
  },
  (world, ocaId) => {
    if (!world.fleet.oca(ocaId).isUp) world.restartOca(ocaId);
  },
  (world, ocaId) => world.setLink(ocaId, { state: 'hang' }),
  (world, ocaId) => world.setLink(ocaId, { state: 'reset' }),
  (world, ocaId) => world.setLink(ocaId, { state: 'refuse' }),
  (world, ocaId) => world.setLink(ocaId, { state: 'up' }),
  (world, ocaId, random) => world.setLink(ocaId, { rateBps: integerFrom(random, 100_000, 3 * MEGABIT) }),
  (world, ocaId, random) => faults({ kind: 'latency', delayMs: integerFrom(random, 100, 4000) })(world, ocaId, random),
  (world, ocaId, random) =>
    faults({ kind: 'stall', afterBytes: integerFrom(random, 0, 400_000) })(world, ocaId, random),
  (world, ocaId, random) =>
    faults({ kind: 'reset', afterBytes: integerFrom(random, 0, 400_000) })(world, ocaId, random),
  (world, ocaId, random) =>
    faults({ kind: 'rate', rateBps: integerFrom(random, 50_000, MEGABIT) })(world, ocaId, random),
  faults({ kind: 'status', status: 503 }),
  faults({ kind: 'status', status: 500 }),
  faults(),
];

/** Its wall clock jumps: hours ahead it takes every token for expired. */
export const clockJump: Trouble = (world, ocaId, random) =>
  world.skewWallClock(ocaId, integerFrom(random, -30 * HOUR_MS, 30 * HOUR_MS));

/** Wrong bytes under the right name: nothing but a comparison with the file finds them out. */
export const corruption: Trouble = (world, ocaId, random) =>
  faults({ kind: 'corrupt', everyBytes: integerFrom(random, 10_000, 1_000_000) })(world, ocaId, random);

/** A region dies, or comes back. */
export function troubleRegion(world: World, random: Prng): void {
  const region = pickFrom(random, world.fleet.regions);
  if (region.isUp) world.killRegion(region.regionId);
  else world.restartRegion(region.regionId);
}

export interface TroublePlan {
  readonly troubles: readonly Trouble[];
  /** Left alone. */
  readonly healthyOcaId?: string | undefined;
  /** How often it is a region's turn. */
  readonly regionShare: number;
  /** The OCA that serves somebody now is hit more often than others. */
  servingOcaId(): string | undefined;
}

/** One trouble at random. */
export async function troubleSomebody(world: World, random: Prng, plan: TroublePlan): Promise<void> {
  const { healthyOcaId, troubles, regionShare } = plan;
  const ocaIds = world.fleet.ocas.map(({ ocaId }) => ocaId).filter((ocaId) => ocaId !== healthyOcaId);
  const likely = random() < 0.7 ? (plan.servingOcaId() ?? '') : '';
  const target = likely !== '' && likely !== healthyOcaId ? likely : pickFrom(random, ocaIds);
  if (random() < regionShare) troubleRegion(world, random);
  else await pickFrom(random, troubles)(world, target, random);
}

/** Before a play begins some OCAs are in trouble already, and the control plane does not know it yet. */
export async function troubleTheStart(
  world: World,
  random: Prng,
  plan: Pick<TroublePlan, 'troubles' | 'healthyOcaId'> & { readonly share: number },
): Promise<void> {
  for (const { ocaId } of world.fleet.ocas) {
    if (ocaId !== plan.healthyOcaId && random() < plan.share)
      await pickFrom(random, plan.troubles)(world, ocaId, random);
  }
}
