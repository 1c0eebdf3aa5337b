export const WORKS = ['viewer', 'copy', 'probe'] as const;
export type Work = (typeof WORKS)[number];

export interface CrowdOrder {
  readonly host: string;
  readonly port: number;
  readonly askers: readonly Work[];
  readonly fileIds: readonly string[];
  readonly segmentBytes: number;
  /** Each asks so often; a segment that takes longer came too late. */
  readonly everyMs: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  readonly fileBytes: number;
  /** A server that answers everything with nothing: how late machine and client are by themselves. */
  readonly barePort: number;
}

export interface CrowdTally {
  readonly byWork: Readonly<
    Record<Work, { readonly asked: number; readonly inTime: number; readonly refused: number }>
  >;
  /** Answers that were neither whole nor a refusal. */
  readonly broken: number;
  readonly late: number;
  /** From the request to the head of each 503. */
  readonly refusedAfterMs: readonly number[];
  readonly bareAfterMs: readonly number[];
  /** Viewers who were sent elsewhere: when they came, or later. */
  readonly turnedAway: number;
  readonly sentAway: number;
}
