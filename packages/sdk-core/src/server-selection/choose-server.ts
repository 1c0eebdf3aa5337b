import { PREDICTION_DEFAULTS, type PredictionConfig } from './predict-delivery.ts';
import { type RankedServer, type RankInput, rankServers } from './rank-servers.ts';

/** The server that ranges start at, and who may replace it. */
export interface Preference {
  readonly ocaId?: string;
  /** Better than `ocaId` by the margin since `challengedAtMs`. */
  readonly challengerId?: string;
  readonly challengedAtMs?: number;
}

export interface ChooseInput extends RankInput {
  readonly neededInMs: number;
  readonly preference: Preference;
}

export interface SelectionConfig extends PredictionConfig {
  /** How many times faster a challenger must be predicted. */
  readonly margin: number;
  /** The same for one whose throughput is only assumed; it must also be needed: the preferred one would be late. */
  readonly unmeasuredMargin: number;
  /** For how long it must stay so. */
  readonly holdMs: number;
}

export const SELECTION_DEFAULTS: SelectionConfig = {
  ...PREDICTION_DEFAULTS,
  margin: 1.5,
  unmeasuredMargin: 3,
  holdMs: 8000,
};

export type ChoiceReason =
  /** Nothing was preferred so far. */
  | 'start'
  | 'kept'
  | 'better-by-margin'
  /** The preferred server is excluded. */
  | 'excluded'
  /** The preferred server does not hold this file, or was tried already for this range: the preference stays. */
  | 'not-holding'
  /** All are excluded: the one that failed least. */
  | 'all-excluded';

export interface Choice {
  readonly ocaId: string;
  readonly reason: ChoiceReason;
  readonly preference: Preference;
}

/** Which server a range starts at. undefined where no server holds the file. */
export function chooseServer(input: ChooseInput, config: SelectionConfig = SELECTION_DEFAULTS): Choice | undefined {
  const ranked = rankServers(input, config);
  const best = ranked[0];
  if (!best) return undefined;
  const { preference } = input;
  const preferred = ranked.find(({ ocaId }) => ocaId === preference.ocaId);
  if (preference.ocaId === undefined) return adopt(best, 'start');
  if (!preferred) return { ocaId: best.ocaId, reason: 'not-holding', preference };
  if (best.excluded) return { ocaId: best.ocaId, reason: 'all-excluded', preference };
  if (preferred.excluded) return adopt(best, 'excluded');
  return challenge(preferred, best, input, config);
}

function challenge(preferred: RankedServer, best: RankedServer, input: ChooseInput, config: SelectionConfig): Choice {
  const { preference, neededInMs, nowMs } = input;
  const kept: Choice = { ocaId: preferred.ocaId, reason: 'kept', preference: { ocaId: preferred.ocaId } };
  const margin = best.isMeasured ? config.margin : config.unmeasuredMargin;
  if (!preferred.isMeasured || best.predictedMs * margin > preferred.predictedMs) return kept;
  if (preferred.predictedMs > neededInMs) return adopt(best, 'better-by-margin');
  if (!best.isMeasured) return kept;
  const isHeld = preference.challengerId === best.ocaId;
  const challengedAtMs = isHeld ? (preference.challengedAtMs ?? nowMs) : nowMs;
  if (nowMs - challengedAtMs >= config.holdMs) return adopt(best, 'better-by-margin');
  return { ...kept, preference: { ocaId: preferred.ocaId, challengerId: best.ocaId, challengedAtMs } };
}

const adopt = (server: RankedServer, reason: ChoiceReason): Choice => ({
  ocaId: server.ocaId,
  reason,
  preference: { ocaId: server.ocaId },
});
