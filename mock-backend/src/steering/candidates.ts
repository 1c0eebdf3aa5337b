import type { SteeringDrop } from '@pressplay/protocol/messages';
import { DRAINING, HEALTHY, SATURATED, type Survey } from './survey.ts';

/** Who may be named: the spare only for files that no good one holds. Those beyond are noted for the log alone. */
export const [GOOD, SPARE, NEVER, BEYOND] = [0, 1, 2, 3] as const;

/** A full OCA would not carry one more play; a play that runs there already is in its load. */
export function standingOf(condition: number, isFull: boolean): number {
  if (condition === HEALTHY) return isFull ? SPARE : GOOD;
  return condition === SATURATED ? SPARE : NEVER;
}

export type DropLabel = SteeringDrop['label'];
/** Labels by number. */
export const LABELS: readonly DropLabel[] = ['H', 'D', 'F', 'S', 'C', 'L'];
export const [H, D, F, S, C, L] = [0, 1, 2, 3, 4, 5] as const;

/** Who was left out or put behind, and why; in numbers, as most plays only count them. */
export class Drops {
  count = 0;
  /** Places in the survey. */
  readonly ocas: number[] = [];
  readonly labels: number[] = [];

  note(oca: number, label: number): void {
    this.ocas[this.count] = oca;
    this.labels[this.count++] = label;
  }
}

/** Those who may be named, in order: the good as the network has them, those slow for this player, then the spare. */
export class Candidates {
  count = 0;
  /** How many are not spare. */
  goodCount = 0;
  /** Places in the survey. */
  readonly ocas: number[] = [];
  readonly #slow: number[] = [];
  readonly #spare: number[] = [];

  find(survey: Survey, isSlow: ReadonlySet<string>, drops: Drops): void {
    const { conditions, standings } = survey;
    let [count, slowCount, spareCount] = [0, 0, 0];
    for (let oca = 0; oca < survey.count; oca++) {
      const standing = standings[oca] ?? BEYOND;
      if (standing === BEYOND) continue;
      if (standing === GOOD && isSlow.size > 0 && isSlow.has(survey.ocaIdOf(oca))) {
        this.#slow[slowCount++] = oca;
        drops.note(oca, S);
      } else if (standing === GOOD) {
        this.ocas[count++] = oca;
      } else {
        if (standing === SPARE) this.#spare[spareCount++] = oca;
        const condition = conditions[oca] ?? 0;
        drops.note(oca, condition === DRAINING ? D : condition === HEALTHY ? F : H);
      }
    }
    for (let at = 0; at < slowCount; at++) this.ocas[count++] = this.#slow[at] ?? 0;
    this.goodCount = count;
    for (let at = 0; at < spareCount; at++) this.ocas[count++] = this.#spare[at] ?? 0;
    this.count = count;
  }
}
