import type { PlayerEvents, PlayerState } from '@pressplay/sdk-core';
import type { SyntheticTitle } from '../simulation/media.ts';
import type { World } from '../simulation/world.ts';
import type { CapacityStep } from './true-capacity.ts';
import type { Viewer } from './viewer.ts';

const STEP_MS = 20;

interface Phase {
  readonly state: PlayerState;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * How long somebody who knows all that is to come, and takes the smallest rendition throughout, would have rebuffered
 * in the place of this play: from the same start, with the same pauses, seeks and buffer goal. Never more than the play did.
 */
export function leastRebufferMs(
  world: World,
  viewer: Viewer,
  title: SyntheticTitle,
  capacity: readonly CapacityStep[],
): number {
  const sizes = leastSizes(title);
  return stretchesOf(phasesOf(world, viewer)).reduce((sum, phases) => {
    const stalledMs = phases.reduce(
      (total, { state, fromMs, toMs }) => total + (state === 'rebuffering' ? toMs - fromMs : 0),
      0,
    );
    if (stalledMs === 0) return sum;
    const first = firstSegment(world, viewer, phases[0]?.fromMs ?? 0);
    return sum + Math.min(stalledMs, bestPlay(sizes.slice(first), phases, capacity, viewer));
  }, 0);
}

/**
 * How long this play stood while something could have come to the viewer at that very moment. What another choice of
 * servers might spare him lies within; the rest only somebody avoids who loads ahead because he knows what is to come.
 */
export function servedRebufferMs(world: World, viewer: Viewer, capacity: readonly CapacityStep[]): number {
  const stalls = phasesOf(world, viewer).filter(({ state }) => state === 'rebuffering');
  return capacity.reduce((sum, { atMs, bps }, i) => {
    const untilMs = capacity[i + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    const overlapMs = ({ fromMs, toMs }: Phase): number =>
      Math.max(0, Math.min(toMs, untilMs) - Math.max(fromMs, atMs));
    return bps > 0 ? stalls.reduce((total, stall) => total + overlapMs(stall), sum) : sum;
  }, 0);
}

interface Portion {
  readonly bytes: number;
  readonly durationMs: number;
}

/** Of each segment: the smallest picture, and its sound. */
function leastSizes({ title: { renditions } }: SyntheticTitle): Portion[] {
  const videos = renditions.filter(({ kind }) => kind === 'video').map(({ index }) => index.sizes);
  const audio = renditions.find(({ kind }) => kind === 'audio')?.index.sizes ?? [];
  const durationsMs = renditions[0]?.index.durationsMs ?? [];
  return durationsMs.map((durationMs, i) => ({
    durationMs,
    bytes: Math.min(...videos.map((sizes) => sizes[i] ?? 0)) + (audio[i] ?? 0),
  }));
}

function phasesOf(world: World, { player, loadedAtMs }: Viewer): Phase[] {
  const name = world.nameOf(player);
  const changes = world.events.filter((event) => event.source === name && event.name === 'state');
  const starts = [{ state: 'loading' as PlayerState, fromMs: loadedAtMs }];
  for (const { atMs, detail } of changes) starts.push({ state: (detail as PlayerEvents['state']).to, fromMs: atMs });
  return starts.map((start, i) => ({ ...start, toMs: starts[i + 1]?.fromMs ?? world.clock.nowMs() }));
}

/** A seek that had to wait begins anew, with nothing buffered. */
function stretchesOf(phases: readonly Phase[]): Phase[][] {
  const stretches: Phase[][] = [[]];
  for (const phase of phases) {
    if (phase.state === 'ended' || phase.state === 'failed') break;
    if (phase.state === 'seeking' && phase.toMs > phase.fromMs) stretches.push([]);
    stretches.at(-1)?.push(phase);
  }
  return stretches;
}

function firstSegment(world: World, { player }: Viewer, fromMs: number): number {
  return world.witnessed(player).find(({ startedAtMs }) => startedAtMs >= fromMs)?.segmentNumber ?? 0;
}

/** In steps of equal length: downloads as fast as it can up to the goal, plays while it can. Gives the time it stalled. */
function bestPlay(
  portions: readonly Portion[],
  phases: readonly Phase[],
  capacity: readonly CapacityStep[],
  { scene: { bufferGoalMs, rates = [] }, loadedAtMs }: Viewer,
): number {
  const rateAt = (nowMs: number): number => rates.filter(({ atMs }) => loadedAtMs + atMs <= nowMs).at(-1)?.rate ?? 1;
  let [next, missingBytes, bufferMs, stalledMs, at] = [0, portions[0]?.bytes ?? 0, 0, 0, 0];
  for (const { state, fromMs, toMs } of phases) {
    for (let nowMs = fromMs; nowMs < toMs; nowMs += STEP_MS) {
      const lastsMs = Math.min(STEP_MS, toMs - nowMs);
      while ((capacity[at + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) at++;
      if (next < portions.length && bufferMs <= bufferGoalMs)
        missingBytes -= ((capacity[at]?.bps ?? 0) * lastsMs) / 8000;
      while (next < portions.length && missingBytes <= 0) {
        bufferMs += portions[next]?.durationMs ?? 0;
        next++;
        missingBytes += portions[next]?.bytes ?? 0;
      }
      if (state !== 'playing' && state !== 'rebuffering') continue;
      const rate = rateAt(nowMs);
      const playedMs = Math.min(bufferMs, lastsMs * rate);
      bufferMs -= playedMs;
      if (next < portions.length) stalledMs += lastsMs - playedMs / rate;
    }
  }
  return stalledMs;
}
