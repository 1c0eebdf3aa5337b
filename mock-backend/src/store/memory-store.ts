import type {
  CatalogTitle,
  Drain,
  Revocation,
  Route,
  RoutesImport,
  SteeringDecision,
} from '@pressplay/protocol/messages';
import { joined, revocationKey } from '../accounts/revocation.ts';
import { PlayBook } from '../leases/play-book.ts';
import type { LeaseBeat, PlayClaim, PlayOutcome, StoredPlay } from '../leases/play-claim.ts';
import type { BackendClock } from '../ports.ts';
import {
  CLOCKS_DIFFER_MS,
  type OcaStamps,
  REVOCATIONS_AT_ONCE,
  type Reported,
  type Store,
  type StoredImport,
  type StoredOca,
  type StoredRevocation,
  type StoredTitle,
} from './store.ts';

/** Of all regions that share the store together. */
const DECISIONS_KEPT = 10_000;

/** A store that lives as long as its process: for tests, msw and virtual time. Several regions may share one. */
export class MemoryStore implements Store {
  readonly #clock: Pick<BackendClock, 'wallMs'>;
  #revision = 0;
  readonly #titles = new Map<string, StoredTitle>();
  readonly #plays = new PlayBook();
  readonly #ocas = new Map<string, StoredOca>();
  readonly #drains = new Map<string, Drain>();
  /** In the order of their revisions. */
  readonly #revocations = new Map<string, StoredRevocation>();
  #decisions: SteeringDecision[] = [];
  #importParts: { readonly siteId: string; readonly part: RoutesImport }[] = [];

  constructor(clock: Pick<BackendClock, 'wallMs'> = { wallMs: Date.now }) {
    this.#clock = clock;
  }

  async wallMs(): Promise<number> {
    return this.#clock.wallMs();
  }

  async putTitle(title: CatalogTitle): Promise<StoredTitle> {
    const stored = { title, revision: ++this.#revision };
    this.#titles.set(title.titleId, stored);
    return stored;
  }

  async titlesSince(revision: number): Promise<readonly StoredTitle[]> {
    return [...this.#titles.values()]
      .filter((stored) => stored.revision > revision)
      .sort((a, b) => a.revision - b.revision);
  }

  async claimPlays(
    claims: readonly PlayClaim[],
    nowMs: number,
    expiredBeforeMs: number,
  ): Promise<readonly PlayOutcome[]> {
    return this.#plays.claim(claims, nowMs, expiredBeforeMs);
  }

  async beatLeases(beats: readonly LeaseBeat[], nowMs: number): Promise<void> {
    this.#plays.beat(beats, nowMs);
  }

  async endPlays(playIds: readonly string[], nowMs: number): Promise<void> {
    this.#plays.end(playIds, nowMs);
  }

  async findPlay(playId: string): Promise<StoredPlay | undefined> {
    return this.#plays.find(playId);
  }

  async forgetPlays(olderThanMs: number): Promise<number> {
    return this.#plays.forget(this.#clock.wallMs() - olderThanMs);
  }

  async saveOcas(ocas: readonly StoredOca[], nowMs: number): Promise<void> {
    for (const oca of ocas) this.#ocas.set(oca.ocaId, newerParts(this.#ocas.get(oca.ocaId), oca, nowMs));
  }

  async loadOcas(): Promise<readonly StoredOca[]> {
    return [...this.#ocas.values()];
  }

  async countOcas(): Promise<number> {
    return this.#ocas.size;
  }

  async listOcaIds(): Promise<readonly string[]> {
    return [...this.#ocas.keys()];
  }

  async changedOcas(read: readonly OcaStamps[]): Promise<readonly StoredOca[]> {
    return read.flatMap(({ ocaId, healthAtMs, routesAtMs, inventoryAtMs }) => {
      const { health, routes, inventory } = this.#ocas.get(ocaId) ?? {};
      const changed = {
        ...(health?.atMs !== healthAtMs && { health }),
        ...(routes?.atMs !== routesAtMs && { routes }),
        ...(inventory?.atMs !== inventoryAtMs && { inventory }),
      };
      return Object.keys(changed).length > 0 ? [{ ocaId, ...changed } as StoredOca] : [];
    });
  }

  async putDrain(drain: Drain): Promise<void> {
    this.#drains.set(drainKey(drain.kind, drain.id), drain);
  }

  async endDrain(kind: Drain['kind'], id: string): Promise<void> {
    this.#drains.delete(drainKey(kind, id));
  }

  async listDrains(): Promise<readonly Drain[]> {
    return [...this.#drains.values()];
  }

  async putRevocation(revocation: Revocation): Promise<void> {
    const key = revocationKey(revocation);
    const known = this.#revocations.get(key);
    this.#revocations.delete(key);
    this.#revocations.set(key, { revocation: joined(known?.revocation, revocation), revision: ++this.#revision });
  }

  async revocationsSince(revision: number): Promise<readonly StoredRevocation[]> {
    return [...this.#revocations.values()].filter((stored) => stored.revision > revision).slice(0, REVOCATIONS_AT_ONCE);
  }

  async forgetRevocations(): Promise<number> {
    const before = this.#revocations.size;
    const nowMs = this.#clock.wallMs();
    for (const [key, { revocation }] of this.#revocations)
      if (revocation.expiresAtMs < nowMs) this.#revocations.delete(key);
    return before - this.#revocations.size;
  }

  async appendDecisions(decisions: readonly SteeringDecision[]): Promise<void> {
    this.#decisions.push(...decisions);
    // A half more is kept than promised, so that the array is cut seldom.
    if (this.#decisions.length > DECISIONS_KEPT * 1.5) this.#decisions = this.#decisions.slice(-DECISIONS_KEPT);
  }

  async findDecisions(playId: string): Promise<readonly SteeringDecision[]> {
    return this.#decisions.filter(({ inputs }) => inputs.playId === playId).sort(byTime);
  }

  async latestDecisions(sinceMs: number, limit: number): Promise<readonly SteeringDecision[]> {
    return this.#decisions
      .filter(({ inputs }) => inputs.atMs >= sinceMs)
      .sort(byTime)
      .slice(-limit);
  }

  async forgetDecisions(beforeMs: number): Promise<number> {
    const before = this.#decisions.length;
    this.#decisions = this.#decisions.filter(({ inputs }) => inputs.atMs >= beforeMs);
    return before - this.#decisions.length;
  }

  async saveImportPart(siteId: string, part: RoutesImport): Promise<void> {
    const isLast = part.part + 1 === part.parts;
    const isKept = (kept: { readonly siteId: string; readonly part: RoutesImport }): boolean =>
      kept.siteId !== siteId || (kept.part.importId === part.importId ? kept.part.part !== part.part : !isLast);
    this.#importParts = [...this.#importParts.filter(isKept), { siteId, part }];
  }

  async listImports(): Promise<readonly StoredImport[]> {
    const counts = new Map<string, number>();
    return this.#importParts.flatMap(({ siteId, part: { importId, parts } }) => {
      const key = JSON.stringify([siteId, importId]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count === parts ? [{ siteId, importId, parts }] : [];
    });
  }

  async loadImportPart(siteId: string, importId: string, part: number): Promise<readonly Route[] | undefined> {
    const isAsked = (kept: { readonly siteId: string; readonly part: RoutesImport }): boolean =>
      kept.siteId === siteId && kept.part.importId === importId && kept.part.part === part;
    return this.#importParts.find(isAsked)?.part.routes;
  }
}

const drainKey = (kind: Drain['kind'], id: string): string => `${kind} ${id}`;

const byTime = (a: SteeringDecision, b: SteeringDecision): number => a.inputs.atMs - b.inputs.atMs;

function newerParts(kept: StoredOca | undefined, next: StoredOca, nowMs: number): StoredOca {
  const health = newer(kept?.health, next.health, nowMs);
  const routes = newer(kept?.routes, next.routes, nowMs);
  const inventory = newer(kept?.inventory, next.inventory, nowMs);
  return {
    ocaId: next.ocaId,
    ...(health && { health }),
    ...(routes && { routes }),
    ...(inventory && { inventory }),
  };
}

function newer<T>(
  kept: Reported<T> | undefined,
  next: Reported<T> | undefined,
  nowMs: number,
): Reported<T> | undefined {
  if (!kept || !next) return kept ?? next;
  return next.atMs > kept.atMs || kept.atMs > nowMs + CLOCKS_DIFFER_MS ? next : kept;
}
