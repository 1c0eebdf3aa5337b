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
  /** It asks players to leave. */
  readonly inDuress: boolean;
  /** What one more response may expect. */
  readonly expectedBps: number;
}

/** Two marks, so that players are not sent away and called back around one value. */
const DURESS_FROM = 0.9;
const RELIEVED_BELOW = 0.75;

/** Earlier than health's `saturated`: players that leave in time are nobody's trouble. */
export function gaugeLoad(wasInDuress: boolean, sample: LoadSample): Load {
  const { trafficBps, capacityBps, connections, maxConnections, strainShare } = sample;
  const { paceBps = Number.POSITIVE_INFINITY } = sample;
  const load = Math.max(trafficBps / capacityBps, connections / maxConnections, strainShare);
  return {
    inDuress: load >= (wasInDuress ? RELIEVED_BELOW : DURESS_FROM),
    expectedBps: Math.min(paceBps, capacityBps / (connections + 1)),
  };
}

/**
 * `CMSD-Dynamic` (CTA-5006): `etp` and `mb` in kbit/s; `mb` only in duress, when a lower rendition helps. Round-trip
 * times are not known here.
 */
export function cmsdDynamic(ocaId: string, { inDuress, expectedBps }: Load): string {
  const kbps = Math.max(1, Math.floor(expectedBps / 1000));
  return `"${ocaId}";etp=${kbps}${inDuress ? `;mb=${kbps};du` : ''}`;
}
