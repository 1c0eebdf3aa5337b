import type {
  CatalogTitle,
  Drain,
  HealthReport,
  Revocation,
  Route,
  RoutesImport,
  SteeringDecision,
} from '@pressplay/protocol/messages';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from '../leases/play-claim.ts';

export interface StoredTitle {
  readonly title: CatalogTitle;
  /** Grows with every change of any title. */
  readonly revision: number;
}

/** Between the wall clocks of two regions, as long as both are right. */
export const CLOCKS_DIFFER_MS = 60_000;

/** A whole catalog would be gigabytes in one answer. */
export const TITLES_AT_ONCE = 100;

export interface StoredRevocation {
  readonly revocation: Revocation;
  /** Grows with every token or account that is called back. */
  readonly revision: number;
}

export const REVOCATIONS_AT_ONCE = 1000;

/** Something an OCA reported, and when, in Unix time in milliseconds. */
export interface Reported<T> {
  readonly value: T;
  readonly atMs: number;
}

/** What is known of an OCA; a part is absent until it was reported. */
export interface StoredOca {
  readonly ocaId: string;
  readonly health?: Reported<HealthReport>;
  readonly routes?: Reported<readonly Route[]>;
  readonly inventory?: Reported<readonly string[]>;
}

/** Which of an OCA's parts somebody has read, by their times; a part that is absent was not read. */
export interface OcaStamps {
  readonly ocaId: string;
  readonly healthAtMs?: number;
  readonly routesAtMs?: number;
  readonly inventoryAtMs?: number;
}

export const stampsOf = ({ ocaId, health, routes, inventory }: StoredOca): OcaStamps => ({
  ocaId,
  ...(health && { healthAtMs: health.atMs }),
  ...(routes && { routesAtMs: routes.atMs }),
  ...(inventory && { inventoryAtMs: inventory.atMs }),
});

/** An import of routes of which all parts are there. */
export interface StoredImport {
  readonly siteId: string;
  readonly importId: string;
  readonly parts: number;
}

/** What all regions share. Every call may fail: a region keeps answering from its memory where it can. */
export interface Store {
  /** What its own clock says, in Unix time in milliseconds: the one clock that all regions have in common. */
  wallMs(): Promise<number>;
  putTitle(title: CatalogTitle): Promise<StoredTitle>;
  /** Titles changed after `revision`, in the order of their change: at least `TITLES_AT_ONCE` of them, where there are more. */
  titlesSince(revision: number): Promise<readonly StoredTitle[]>;
  /**
   * Starts plays and gives them streams of their accounts, all in one go: `decideClaims` says how. Exact whoever else
   * claims at the same moment. A play created before `expiredBeforeMs` leaves its key free.
   */
  claimPlays(claims: readonly PlayClaim[], nowMs: number, expiredBeforeMs: number): Promise<readonly PlayOutcome[]>;
  /** Plays were heard of. What has no lease that runs at `nowMs` stays as it is. */
  beatLeases(beats: readonly LeaseBeat[], nowMs: number): Promise<void>;
  /** These plays give their streams back and cannot go on. Unknown ones are nobody's. */
  endPlays(playIds: readonly string[], nowMs: number): Promise<void>;
  findPlay(playId: string): Promise<StoredPlay | undefined>;
  /** Forgets plays older than that by the store's own clock; answers how many. */
  forgetPlays(olderThanMs: number): Promise<number>;
  /**
   * Keeps each part that is newer than the one kept. One stamped further ahead of `nowMs` than clocks may differ was stamped by
   * a clock that ran ahead, and gives way to whatever comes.
   */
  saveOcas(ocas: readonly StoredOca[], nowMs: number): Promise<void>;
  loadOcas(): Promise<readonly StoredOca[]>;
  /** How many OCAs ever reported. Cheap: regions ask every few seconds. */
  countOcas(): Promise<number>;
  listOcaIds(): Promise<readonly string[]>;
  /** Of these OCAs the parts that are not as they were read, and no OCA that has none. */
  changedOcas(read: readonly OcaStamps[]): Promise<readonly StoredOca[]>;
  /** Takes an OCA or a site out of service, in the place of what was said of it before. */
  putDrain(drain: Drain): Promise<void>;
  endDrain(kind: Drain['kind'], id: string): Promise<void>;
  listDrains(): Promise<readonly Drain[]>;
  /** Tokens are called back. What was called back of the same id before stays so: the later of each time counts. */
  putRevocation(revocation: Revocation): Promise<void>;
  /** Those put after `revision`, in that order: at most `REVOCATIONS_AT_ONCE`. */
  revocationsSince(revision: number): Promise<readonly StoredRevocation[]>;
  /** Drops those that expired by the store's own clock; answers how many. */
  forgetRevocations(): Promise<number>;
  /** Adds to the log of steering decisions. A store may keep only the newest. */
  appendDecisions(decisions: readonly SteeringDecision[]): Promise<void>;
  /** The logged decisions of a play, the oldest first. */
  findDecisions(playId: string): Promise<readonly SteeringDecision[]>;
  /** The newest `limit` decisions made at or after a Unix time in milliseconds, the oldest first. */
  latestDecisions(sinceMs: number, limit: number): Promise<readonly SteeringDecision[]>;
  /** Forgets decisions made before a Unix time in milliseconds; answers how many. */
  forgetDecisions(beforeMs: number): Promise<number>;
  /** Keeps a part of an import of routes. Its last part replaces the site's imports before. */
  saveImportPart(siteId: string, part: RoutesImport): Promise<void>;
  /** Which imports are complete. Cheap: regions ask every few seconds. */
  listImports(): Promise<readonly StoredImport[]>;
  /** One part at a time, so that no region has to read a million routes at once; undefined where it is gone. */
  loadImportPart(siteId: string, importId: string, part: number): Promise<readonly Route[] | undefined>;
}
