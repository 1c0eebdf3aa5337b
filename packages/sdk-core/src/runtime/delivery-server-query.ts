/** A range that looks for a server. */
export interface ServerQuery {
  readonly fileId: string;
  readonly bytes: number;
  readonly neededInMs: number;
  /** What the rendition plays per second. */
  readonly mediaBps?: number;
  /** Tried already for this range. */
  readonly avoid: ReadonlySet<string>;
}
