import type { Measurement } from '../server-selection/rate-belief.ts';
import { isNoBetter, isSlump, linkShareAfter, type Slump, slumpOfLink } from '../server-selection/slump.ts';

/** Learns from the slumps of one play how often they were the link's. */
export class Slumps {
  #open: Slump | undefined;
  #ofLink = 0;
  #ofServer = 0;

  /** A server was left for its pace. Gives whom to go back to: one left just before, where this one was no faster. */
  left(ocaId: string, bps: number, atMs: number): string | undefined {
    const before = this.#open;
    const isNext = before !== undefined && before.otherId === undefined && before.ocaId !== ocaId;
    const backTo = isNext ? this.#learn(before, isNoBetter(before, bps)) : undefined;
    if (backTo === undefined) this.#open ??= { ocaId, bps, atMs };
    return backTo;
  }

  /** Another one is asked for a piece beside it. */
  explored(ocaId: string, otherId: string, { quickBps = 0, usualBps = 0 }: Measurement, atMs: number): void {
    if (isSlump(quickBps, usualBps)) this.#open = { ocaId, bps: quickBps, atMs, otherId };
  }

  /** Whom to go back to: it was left, and the one in use now is no faster. */
  settle(inUseId: string | undefined, measured: (ocaId: string) => Measurement): string | undefined {
    const slump = this.#open;
    const otherId = slump?.otherId ?? inUseId;
    if (!slump || otherId === undefined) return undefined;
    const isOfLink = slumpOfLink(slump, measured(otherId));
    if (isOfLink === undefined) return undefined;
    return this.#learn(slump, isOfLink);
  }

  #learn({ ocaId, otherId }: Slump, isOfLink: boolean): string | undefined {
    this.#open = undefined;
    if (isOfLink) this.#ofLink++;
    else this.#ofServer++;
    return isOfLink && otherId === undefined ? ocaId : undefined;
  }

  /** How probable it is that a slump is the link's. */
  get linkShare(): number {
    return linkShareAfter(this.#ofLink, this.#ofServer);
  }
}
