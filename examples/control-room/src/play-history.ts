import type { PlayerStats } from '@pressplay/sdk-web';

const WINDOW_S = 120;

/** The last two minutes of a play, as columns a plot can draw. */
export class PlayHistory {
  readonly timesS: number[] = [];
  readonly bufferS: (number | null)[] = [];
  readonly shownMbps: (number | null)[] = [];
  readonly throughputMbps: (number | null)[] = [];
  readonly ocaIds: (string | undefined)[] = [];
  readonly #startMs = performance.now();

  add(stats: PlayerStats, shownBps: number | undefined): void {
    const nowS = (performance.now() - this.#startMs) / 1_000;
    this.timesS.push(nowS);
    this.bufferS.push(stats.bufferAheadMs / 1_000);
    this.shownMbps.push(shownBps === undefined ? null : shownBps / 1_000_000);
    this.throughputMbps.push(stats.throughputBps === undefined ? null : stats.throughputBps / 1_000_000);
    this.ocaIds.push(stats.ocaId);
    while ((this.timesS[0] ?? nowS) < nowS - WINDOW_S) {
      for (const column of [this.timesS, this.bufferS, this.shownMbps, this.throughputMbps, this.ocaIds])
        column.shift();
    }
  }

  /** The visible span: at least 30 s, so that the first points are not stretched over the page. */
  get spanS(): [number, number] {
    const endS = this.timesS.at(-1) ?? 0;
    const startS = this.timesS[0] ?? 0;
    return [startS, Math.max(endS, startS + 30)];
  }
}
