export interface LoadSample {
  readonly trafficBps: number;
  readonly capacityBps: number;
  /** Responses that run now. */
  readonly connections: number;
  readonly maxConnections: number;
  /** The worst of disks, processor and memory: 1 is all they have. */
  readonly strainShare: number;
  readonly paceBps?: number | undefined;
}

/** What this OCA says of its own load. */
export interface Load {
  /** It would rather have fewer players. */
  readonly inDuress: boolean;
  /** What one more response may expect. */
  readonly expectedBps: number;
  /** Of its plays, those that it asks to leave. */
  readonly leavingShare: number;
  /** How much more are asked because those before were not enough. */
  readonly insistence: number;
  readonly gaugedAtMs: number;
}

export const NO_LOAD: Load = { inDuress: false, expectedBps: 0, leavingShare: 0, insistence: 0, gaugedAtMs: 0 };

/** Two marks, so that players are not sent away and called back around one value. */
const DURESS_FROM = 0.9;
const RELIEVED_BELOW = 0.75;
/** As many are asked at once as would bring the load here; */
const RELIEVED_TO = 0.7;
/** and while that is not enough, this share of all plays more a second, for each whole capacity that is too much. */
const MORE_EACH_S = 0.08;
/** Who gauges seldom does not leap. */
const LONGEST_STEP_S = 2;

/**
 * Earlier than health's `saturated`: players that leave in time are nobody's trouble. Not all are asked, and more of them
 * only by and by: they need seconds to go, and an appliance that everybody leaves serves nobody.
 */
export function gaugeLoad(before: Load, sample: LoadSample, nowMs: number): Load {
  const { trafficBps, capacityBps, connections, maxConnections, strainShare } = sample;
  const { paceBps = Number.POSITIVE_INFINITY } = sample;
  const load = Math.max(trafficBps / capacityBps, connections / maxConnections, strainShare);
  const expectedBps = Math.min(paceBps, capacityBps / (connections + 1));
  const inDuress = load >= (before.inDuress ? RELIEVED_BELOW : DURESS_FROM);
  if (!inDuress) return { ...NO_LOAD, expectedBps, gaugedAtMs: nowMs };
  const stepS = before.inDuress ? Math.min(LONGEST_STEP_S, (nowMs - before.gaugedAtMs) / 1000) : 0;
  const insistence = before.insistence + MORE_EACH_S * stepS * (load - RELIEVED_BELOW);
  const leavingShare = Math.min(1, 1 - RELIEVED_TO / load + insistence);
  return { inDuress, expectedBps, leavingShare, insistence, gaugedAtMs: nowMs };
}

/** Where a play stands among those that may be asked to leave, in [0, 1): always at the same place. */
export function placeOf(playId: string): number {
  const digit = (fromEnd: number): number => Number.parseInt(playId.at(-fromEnd) ?? '0', 36) || 0;
  return ((16 * digit(2) + digit(1)) % 256) / 256;
}

/**
 * `CMSD-Dynamic` (CTA-5006): `etp` and `mb` in kbit/s; `mb` only in duress, when a lower rendition helps, and `du` for those
 * who are to leave. Round-trip times are not known here.
 */
export function cmsdDynamic(ocaId: string, { inDuress, expectedBps }: Load, isAskedToLeave: boolean): string {
  const kbps = Math.max(1, Math.floor(expectedBps / 1000));
  return `"${ocaId}";etp=${kbps}${inDuress || isAskedToLeave ? `;mb=${kbps}` : ''}${isAskedToLeave ? ';du' : ''}`;
}
