import type { HarnessConfig } from './abr-adapter.ts';
import type { Link, Worth } from './abr-play.ts';

/** Plans that differ by less buffer than this count as equal; the better one is kept. */
const CELL_MS = 500;

interface Plan {
  readonly nowMs: number;
  readonly level: number;
  readonly rung: number;
  readonly worth: number;
}

/**
 * The worth of a session that knows the whole future of its network: for each segment, rung and half second of
 * buffer the best plan that leads there is kept with its exact times. A plan that can be played, so a lower bound of
 * the true optimum: no rule comes near it.
 */
export function optimum(link: Link, { video, bufferMs }: HarnessConfig, { qualities, waitPrice }: Worth): number {
  let plans: readonly Plan[] = [{ nowMs: 0, level: 0, rung: -1, worth: 0 }];
  for (const sizes of video.sizes) {
    const best = new Map<number, Plan>();
    for (const plan of plans) {
      const idleMs = Math.max(0, plan.level + video.L - bufferMs);
      const askedAtMs = plan.nowMs + idleMs;
      const ahead = plan.level - idleMs;
      for (const [rung, bits] of sizes.entries()) {
        const nowMs = link.arrivalMs(askedAtMs, bits);
        const ms = nowMs - askedAtMs;
        const quality = qualities[rung] ?? 0;
        const change = plan.rung < 0 ? 0 : Math.abs(quality - (qualities[plan.rung] ?? 0));
        const worth = plan.worth + quality - change - (waitPrice * Math.max(0, ms - ahead)) / 1000;
        const level = Math.max(0, ahead - ms) + video.L;
        const cell = Math.floor(level / CELL_MS) * sizes.length + rung;
        if (worth > (best.get(cell)?.worth ?? Number.NEGATIVE_INFINITY)) best.set(cell, { nowMs, level, rung, worth });
      }
    }
    plans = [...best.values()];
  }
  return Math.max(...plans.map(({ worth }) => worth)) / video.sizes.length;
}
