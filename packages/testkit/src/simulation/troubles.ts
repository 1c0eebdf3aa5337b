import type { Fault } from '@pressplay/protocol/messages';
import { integerFrom, type Prng, pickFrom } from './prng.ts';
import type { World } from './world.ts';

const MEGABIT = 1_000_000;
const HOUR_MS = 3_600_000;

/** Something that happens to one OCA. */
export interface Trouble {
  readonly name: string;
  readonly strike: (world: World, ocaId: string, random: Prng) => Promise<void> | void;
}

const trouble = (name: string, strike: Trouble['strike']): Trouble => ({ name, strike });

/** A fault switched on, or `undefined` for none; an OCA that is down has no switches. */
const faulty = (name: string, faultOf: (random: Prng) => Fault | undefined): Trouble =>
  trouble(name, (world, ocaId, random) => {
    const fault = faultOf(random);
    return world.fleet.oca(ocaId).isUp ? world.setFaults(ocaId, fault ? [fault] : []) : undefined;
  });

/** All that leaves the bytes right: deaths and returns, links that break, servers that answer late, slowly or not at all. */
export const TROUBLES: readonly Trouble[] = [
  trouble('kill', (world, ocaId) => {
    if (world.fleet.oca(ocaId).isUp) world.killOca(ocaId);
  }),
  trouble('restart', (world, ocaId) => {
    if (!world.fleet.oca(ocaId).isUp) world.restartOca(ocaId);
  }),
  trouble('link-hang', (world, ocaId) => world.setLink(ocaId, { state: 'hang' })),
  trouble('link-reset', (world, ocaId) => world.setLink(ocaId, { state: 'reset' })),
  trouble('link-refuse', (world, ocaId) => world.setLink(ocaId, { state: 'refuse' })),
  trouble('link-up', (world, ocaId) => world.setLink(ocaId, { state: 'up' })),
  trouble('link-slow', (world, ocaId, random) =>
    world.setLink(ocaId, { rateBps: integerFrom(random, 100_000, 3 * MEGABIT) }),
  ),
  faulty('late', (random) => ({ kind: 'latency', delayMs: integerFrom(random, 100, 4000) })),
  faulty('stall', (random) => ({ kind: 'stall', afterBytes: integerFrom(random, 0, 400_000) })),
  faulty('cut', (random) => ({ kind: 'reset', afterBytes: integerFrom(random, 0, 400_000) })),
  faulty('slow', (random) => ({ kind: 'rate', rateBps: integerFrom(random, 50_000, MEGABIT) })),
  faulty('503', () => ({ kind: 'status', status: 503 })),
  faulty('500', () => ({ kind: 'status', status: 500 })),
  faulty('faults-off', () => undefined),
];

/** Its wall clock jumps: hours ahead it takes every token for expired. */
export const clockJump: Trouble = trouble('clock-jump', (world, ocaId, random) =>
  world.skewWallClock(ocaId, integerFrom(random, -30 * HOUR_MS, 30 * HOUR_MS)),
);

/** Wrong bytes under the right name: nothing but a comparison with the file finds them out. */
export const corruption: Trouble = faulty('corrupt', (random) => ({
  kind: 'corrupt',
  everyBytes: integerFrom(random, 10_000, 1_000_000),
}));

/** Goes out of service in an orderly way: tells the regions, which name it to nobody any more. */
export const draining: Trouble = trouble('drain', (world, ocaId) =>
  world.fleet.oca(ocaId).isUp ? world.drainOca(ocaId) : undefined,
);

/** A region dies, or comes back. Gives what happened. */
export function troubleRegion(world: World, random: Prng): string {
  const region = pickFrom(random, world.fleet.regions);
  if (region.isUp) world.killRegion(region.regionId);
  else world.restartRegion(region.regionId);
  return region.isUp ? 'region-restart' : 'region-kill';
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

/** One trouble at random. Gives its name. */
export async function troubleSomebody(world: World, random: Prng, plan: TroublePlan): Promise<string> {
  const { healthyOcaId, troubles, regionShare } = plan;
  const ocaIds = world.fleet.ocas.map(({ ocaId }) => ocaId).filter((ocaId) => ocaId !== healthyOcaId);
  const likely = random() < 0.7 ? (plan.servingOcaId() ?? '') : '';
  const target = likely !== '' && likely !== healthyOcaId ? likely : pickFrom(random, ocaIds);
  if (random() < regionShare) return troubleRegion(world, random);
  const { name, strike } = pickFrom(random, troubles);
  await strike(world, target, random);
  return name;
}

/** Before a play begins some OCAs are in trouble already, and the control plane does not know it yet. Gives the names. */
export async function troubleTheStart(
  world: World,
  random: Prng,
  plan: Pick<TroublePlan, 'troubles' | 'healthyOcaId'> & { readonly share: number },
): Promise<string[]> {
  const names: string[] = [];
  for (const { ocaId } of world.fleet.ocas) {
    if (ocaId === plan.healthyOcaId || random() >= plan.share) continue;
    const { name, strike } = pickFrom(random, plan.troubles);
    await strike(world, ocaId, random);
    names.push(name);
  }
  return names;
}
