import type { PlayReport, TelemetryReport, TitleViews } from '@pressplay/protocol/messages';
import type { EventRead } from './read-reports.ts';

const REMEMBERED_PLAYS = 10_000;
const SHOWN_PLAYS = 100;
const MAX_ERROR_CODES = 8;

interface HeardPlay extends PlayReport {
  readonly lastNumber: number;
  readonly isView: boolean;
}

/** What the players of one region reported since it started: the latest plays, and sums for every title. */
export class PlayReports {
  readonly #plays = new Map<string, HeardPlay>();
  readonly #titles = new Map<string, TitleViews>();

  /** Events that were heard before (their answer was lost on the way) change nothing. Gives the play as it is now. */
  record(play: { readonly playId: string; readonly titleId: string }, events: readonly EventRead[], wallMs: number) {
    const before = this.#plays.get(play.playId) ?? unheard(play);
    const after = events.reduce(withEvent, { ...before, heardAtMs: wallMs });
    this.#plays.delete(play.playId);
    this.#plays.set(play.playId, after);
    this.#titles.set(play.titleId, withPlay(this.#titles.get(play.titleId) ?? unseen(play.titleId), before, after));
    this.#forgetOldest();
    return after;
  }

  report(): Omit<TelemetryReport, 'region'> {
    const newest = [...this.#plays.values()].slice(-SHOWN_PLAYS).reverse();
    return {
      titles: [...this.#titles.values()],
      plays: newest.map(({ lastNumber: _number, isView: _view, ...play }) => play),
    };
  }

  #forgetOldest(): void {
    if (this.#plays.size <= REMEMBERED_PLAYS) return;
    for (const [oldest] of this.#plays) {
      this.#plays.delete(oldest);
      return;
    }
  }
}

const unheard = (play: { readonly playId: string; readonly titleId: string }): HeardPlay => ({
  ...play,
  heardAtMs: 0,
  eventCount: 0,
  errorCodes: [],
  lastNumber: -1,
  isView: false,
});

const unseen = (titleId: string): TitleViews => ({ titleId, views: 0, playingMs: 0, rebufferMs: 0, errorCount: 0 });

function withEvent(play: HeardPlay, { number, state, errorCodes, qoe }: EventRead): HeardPlay {
  if (number !== undefined && number <= play.lastNumber) return play;
  return {
    ...play,
    lastNumber: number ?? play.lastNumber,
    eventCount: play.eventCount + 1,
    errorCodes: [...new Set([...play.errorCodes, ...errorCodes])].slice(0, MAX_ERROR_CODES),
    isView: play.isView || state === 'p' || qoe?.startupMs !== undefined,
    ...(state !== undefined && { state }),
    ...(qoe && { qoe }),
  };
}

/** A play's figures grow; what they grew by is the title's. */
function withPlay(title: TitleViews, before: HeardPlay, after: HeardPlay): TitleViews {
  const grownBy = (figure: (play: HeardPlay) => number | undefined): number =>
    Math.max(0, (figure(after) ?? 0) - (figure(before) ?? 0));
  return {
    titleId: title.titleId,
    views: title.views + grownBy(({ isView }) => Number(isView)),
    playingMs: title.playingMs + grownBy(({ qoe }) => qoe?.playingMs),
    rebufferMs: title.rebufferMs + grownBy(({ qoe }) => qoe?.rebufferMs),
    errorCount: title.errorCount + grownBy(({ errorCodes }) => errorCodes.length),
  };
}
