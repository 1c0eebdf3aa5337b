import { isToBeLeft, NO_HINTS } from './load-hints.ts';
import { planExploration } from './plan-exploration.ts';
import { CAUTION, rateBelow } from './predict-delivery.ts';
import { type RankedServer, type RankInput, rankServers } from './rank-servers.ts';
import { probabilityFaster } from './rate-belief.ts';
import { spreadBetween } from './rate-model.ts';
import { pickNearlyBest } from './spread.ts';

/** The server that ranges start at, and who may replace it. */
export interface Preference {
  readonly ocaId?: string;
  /** The one preferred before was left in trouble, perhaps by many at the same time. */
  readonly isFleeing?: boolean;
  /** Better than `ocaId` by the margin since `challengedAtMs`. */
  readonly challengerId?: string;
  readonly challengedAtMs?: number;
  /** How often a better server was followed since the last trouble: each time it takes longer. */
  readonly followed?: number;
  /** How often somebody better was looked for in vain. */
  readonly explored?: number;
  /** The one that was left because `ocaId` seemed better. */
  readonly leftId?: string;
}

export interface ChooseInput extends RankInput {
  readonly neededInMs: number;
  readonly preference: Preference;
  /** In [0, 1): clients that must leave a server together go to different ones. */
  readonly chance?: number;
  /** What the wanted rendition plays per second; absent: nobody knows when a server is fast enough. */
  readonly mediaBps?: number | undefined;
  /** The range has met no trouble so far: a piece of it may go elsewhere to measure. */
  readonly mayExplore?: boolean;
  readonly exploredAtMs?: number | undefined;
}

/** How many times faster a challenger must be, carefully predicted, */
const MARGIN = 1.08;
/** and how probably at least. */
const SURENESS = 0.8;
/** The same where the preferred server would be late and there is no time to be sure; and where the other one is only assumed. */
const URGENT_MARGIN = 1.5;
const UNMEASURED_MARGIN = 3;
/** For how long it must stay so, the shorter the more it gains. */
const HOLD_MS = 8000;
const MAX_HOLD_MS = 64_000;
/** A server this many times faster than the media plays is fast enough: nobody better is looked for. */
const PLENTY = 2.5;
/** A server in duress is left for one that takes at most this many times longer. */
const DURESS_FACTOR = 2;
/** Nearly as good as the best: at most this many times longer. */
const NEAR_FACTOR = 1.3;

export type ChoiceReason =
  /** Nothing was preferred so far. */
  | 'start'
  | 'kept'
  | 'better-by-margin'
  /** The preferred server is excluded. */
  | 'excluded'
  /** The preferred server asked to be left. */
  | 'duress'
  /** The preferred server does not hold this file, or was tried already for this range: the preference stays. */
  | 'not-holding'
  /** All are excluded: the one that failed least. */
  | 'all-excluded'
  /** A piece of the range measures another server: the preference stays. */
  | 'explore';

export interface Choice {
  readonly ocaId: string;
  readonly reason: ChoiceReason;
  readonly preference: Preference;
  /** Only so many bytes of the range. */
  readonly bytes?: number;
}

/** Which server a range starts at. undefined where no server holds the file. */
export function chooseServer(input: ChooseInput): Choice | undefined {
  const ranked = rankServers(input);
  const best = ranked[0];
  if (!best) return undefined;
  const { preference, chance = 0, hints = NO_HINTS, nowMs } = input;
  const preferred = ranked.find(({ ocaId }) => ocaId === preference.ocaId);
  const refuge = (): RankedServer => pickNearlyBest(ranked.filter(isPeerOf(best)), chance, NEAR_FACTOR) ?? best;
  if (preference.ocaId === undefined) return adopt(preference.isFleeing ? refuge() : best, 'start');
  if (!preferred) return { ocaId: best.ocaId, reason: 'not-holding', preference };
  if (best.excluded) return { ocaId: best.ocaId, reason: 'all-excluded', preference };
  if (preferred.excluded) return adopt(refuge(), 'excluded');
  const isRefugeGood = !best.inDuress && best.predictedMs <= preferred.predictedMs * DURESS_FACTOR;
  if (isToBeLeft(hints, preferred.ocaId, nowMs) && isRefugeGood) return adopt(refuge(), 'duress');
  return challenge(preferred, ranked, input);
}

const isPeerOf =
  (best: RankedServer) =>
  ({ excluded, inDuress }: RankedServer): boolean =>
    excluded === best.excluded && inDuress === best.inDuress;

function challenge(preferred: RankedServer, ranked: readonly RankedServer[], input: ChooseInput): Choice {
  const { preference, neededInMs, nowMs } = input;
  const { challengerId: _, challengedAtMs: __, ...settled } = preference;
  const best = ranked.find(({ ocaId }) => ocaId !== preferred.ocaId);
  const keep = (kept: Preference): Choice => explore(preferred, ranked, input, kept);
  if (!best || best.excluded || best.inDuress || !preferred.isMeasured) return keepWithout(settled, preferred);
  const urgentMargin = best.isMeasured ? URGENT_MARGIN : UNMEASURED_MARGIN;
  const isLate = preferred.predictedMs > neededInMs;
  if (isLate && best.predictedMs * urgentMargin <= preferred.predictedMs) return adopt(best, 'better-by-margin');
  if (isPlenty(preferred, input)) return keepWithout(settled, preferred);
  const challenger = challengerOf(preferred, ranked, input);
  if (!challenger) return keep(settled);
  const isHeld = preference.challengerId === challenger.ocaId;
  const challengedAtMs = isHeld ? (preference.challengedAtMs ?? nowMs) : nowMs;
  const followed = preference.followed ?? 0;
  // Twice as fast is certain four times as soon.
  const gain = Math.exp(challenger.belief.meanLog - preferred.belief.meanLog);
  if (nowMs - challengedAtMs < Math.min(MAX_HOLD_MS, (HOLD_MS / gain ** 2) * 2 ** followed))
    return keep({ ...settled, challengerId: challenger.ocaId, challengedAtMs });
  const { ocaId } = challenger;
  return { ocaId, reason: 'better-by-margin', preference: { ocaId, followed: followed + 1, leftId: preferred.ocaId } };
}

/** Who is measured to be better by the margin, even at the careful end of what is known of the two. */
function challengerOf(
  preferred: RankedServer,
  ranked: readonly RankedServer[],
  { rates, bytes }: ChooseInput,
): RankedServer | undefined {
  const own = preferred.belief;
  const takesMs = (latencyMs: number, meanLog: number): number => latencyMs + (bytes * 8000) / Math.exp(meanLog);
  return ranked.find(({ ocaId, excluded, inDuress, isMeasured, latencyMs, belief }) => {
    if (ocaId === preferred.ocaId || excluded || inDuress || !isMeasured) return false;
    const spread = spreadBetween(rates, ocaId, preferred.ocaId);
    const carefulMs = takesMs(latencyMs, belief.meanLog - CAUTION * spread);
    const isBetter = carefulMs * MARGIN <= takesMs(preferred.latencyMs, own.meanLog);
    return isBetter && probabilityFaster(belief, own, 1, spread) >= SURENESS;
  });
}

function isPlenty(preferred: RankedServer, { mediaBps }: ChooseInput): boolean {
  return mediaBps !== undefined && rateBelow(preferred.belief, CAUTION) >= mediaBps * PLENTY;
}

function explore(
  preferred: RankedServer,
  ranked: readonly RankedServer[],
  input: ChooseInput,
  preference: Preference,
): Choice {
  if (!input.mayExplore) return keepWithout(preference, preferred);
  const explored = preference.explored ?? 0;
  const exploration = planExploration({ ...input, explored, leftId: preference.leftId, preferred, ranked });
  return exploration
    ? { ...exploration, reason: 'explore', preference: { ...preference, explored: explored + 1 } }
    : keepWithout(preference, preferred);
}

const keepWithout = (preference: Preference, { ocaId }: RankedServer): Choice => ({
  ocaId,
  reason: 'kept',
  preference,
});

const adopt = ({ ocaId }: RankedServer, reason: ChoiceReason): Choice => ({ ocaId, reason, preference: { ocaId } });
