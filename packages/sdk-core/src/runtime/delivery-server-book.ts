import type { Server } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import type { MoveReason, PlayerEvents, ServerStats } from '../player-events.ts';
import type { Clock } from '../ports/clock.ts';
import { chooseServer, type Preference } from '../server-selection/choose-server.ts';
import {
  type Exclusions,
  excludedForMs,
  type Failure,
  NO_EXCLUSIONS,
  recordFailure,
  recordSuccess,
} from '../server-selection/exclusions.ts';
import type { Measurement } from '../server-selection/predict-delivery.ts';
import { type RankedServer, rankServers } from '../server-selection/rank-servers.ts';
import type { DeliveryGrant } from './delivery-listener.ts';
import { ServerMeter } from './delivery-server-meter.ts';

/** A range that looks for a server. */
export interface ServerQuery {
  readonly fileId: string;
  readonly bytes: number;
  readonly neededInMs: number;
  /** Tried already for this range. */
  readonly avoid: ReadonlySet<string>;
}

export interface ServerFailure extends Pick<Failure, 'scope' | 'startedAtMs' | 'retryAfterMs'> {
  readonly ocaId: string;
  readonly fileId: string;
  readonly reason: MoveReason;
}

/** Ranges at least this long decide about the preferred server: short ones show latency alone. */
const MIN_COMPARED_BYTES = 256 * 1024;

/** All that a play knows of its servers, and which of them it prefers. Decisions are in `server-selection/`. */
export class ServerBook {
  readonly #clock: Clock;
  readonly #onChanged: (event: PlayerEvents['server-changed']) => void;
  readonly #meters = new Map<string, ServerMeter>();
  /** `ocaId/fileId` that the server turned out not to hold, or to hold with other bytes; until the next grant. */
  readonly #lacking = new Set<string>();
  #grant: DeliveryGrant | undefined;
  #exclusions: Exclusions = NO_EXCLUSIONS;
  #preference: Preference = {};
  /** The server preferred last and why it was left, until another one is chosen. */
  #left: { readonly ocaId: string; readonly reason: MoveReason } | undefined;
  #lastFailure: MoveReason = 'status';

  constructor(clock: Clock, onChanged: (event: PlayerEvents['server-changed']) => void) {
    this.#clock = clock;
    this.#onChanged = onChanged;
  }

  use(grant: DeliveryGrant): void {
    this.#grant = grant;
    this.#lacking.clear();
    const { ocaId } = this.#preference;
    if (ocaId === undefined) return;
    const index = grant.servers.findIndex((server) => server.ocaId === ocaId);
    if (index < 0) this.#leave(ocaId, 'steering');
    else if (!Object.values(grant.fileServers).some((servers) => servers.includes(index)))
      this.#leave(ocaId, 'other-bytes');
  }

  get grant(): DeliveryGrant | undefined {
    return this.#grant;
  }

  get preferredId(): string | undefined {
    return this.#preference.ocaId ?? this.#left?.ocaId;
  }

  get exclusions(): Exclusions {
    return this.#exclusions;
  }

  get servers(): readonly Server[] {
    return this.#grant?.servers ?? [];
  }

  server(ocaId: string): Server | undefined {
    return this.servers.find((server) => server.ocaId === ocaId);
  }

  meter(ocaId: string): ServerMeter {
    const known = this.#meters.get(ocaId);
    if (known) return known;
    const meter = new ServerMeter(this.#clock);
    this.#meters.set(ocaId, meter);
    return meter;
  }

  url(ocaId: string, fileId: string): string {
    return mediaUrl(this.server(ocaId)?.baseUrl ?? '', this.#grant?.token ?? '', fileId);
  }

  /** Which server a range goes to now; undefined where none is left. Tells when the preferred one changes by it. */
  choose(query: ServerQuery): string | undefined {
    const input = { ...this.#rankInput(query), neededInMs: query.neededInMs, preference: this.#preference };
    const choice = chooseServer(input);
    if (!choice) return undefined;
    const before = this.#preference.ocaId;
    this.#preference = choice.preference;
    if (choice.preference.ocaId !== before && choice.preference.ocaId !== undefined) {
      const reason = choice.reason === 'better-by-margin' ? 'better-by-margin' : this.#lastFailure;
      this.#tellChanged(before, choice.preference.ocaId, reason);
    }
    return choice.ocaId;
  }

  /** The servers that a running range could go to instead, best first: none that is excluded. */
  others(ocaId: string, query: Omit<ServerQuery, 'neededInMs'>): readonly RankedServer[] {
    return rankServers(this.#rankInput(query)).filter((ranked) => ranked.ocaId !== ocaId && !ranked.excluded);
  }

  /** Prefers a server without a failure of the one before: it won a start race. */
  prefer(ocaId: string, reason: MoveReason): void {
    const before = this.#preference.ocaId;
    this.#preference = { ocaId };
    if (before !== ocaId) this.#tellChanged(before, ocaId, reason);
  }

  noteSuccess(ocaId: string, fileId?: string): void {
    const siteId = this.server(ocaId)?.siteId ?? '';
    const success = { ocaId, siteId, nowMs: this.#clock.nowMs(), ...(fileId === undefined ? {} : { fileId }) };
    this.#exclusions = recordSuccess(this.#exclusions, success);
  }

  noteFailure(failure: ServerFailure): void {
    const { reason, ...rest } = failure;
    const siteId = this.server(failure.ocaId)?.siteId ?? '';
    this.#exclusions = recordFailure(this.#exclusions, { ...rest, siteId, nowMs: this.#clock.nowMs() });
    this.#lastFailure = reason;
    if (failure.scope === 'host' && this.#preference.ocaId === failure.ocaId) this.#leave(failure.ocaId, reason);
  }

  /** Alive, but crawling: what was measured before no longer counts. */
  noteTooSlow(ocaId: string, recentBps: number): void {
    this.meter(ocaId).restart(recentBps);
    if (this.#preference.ocaId === ocaId) this.#leave(ocaId, 'too-slow');
  }

  noteLacking(ocaId: string, fileId: string): void {
    this.#lacking.add(`${ocaId}/${fileId}`);
  }

  stats(): readonly ServerStats[] {
    const nowMs = this.#clock.nowMs();
    return this.servers.map((server) => {
      const meter = this.meter(server.ocaId);
      const { sampledAtMs: _, ...measured } = meter.measurement();
      const excluded = excludedForMs(this.#exclusions, server, nowMs);
      return { ...server, ...measured, deliveredBytes: meter.deliveredBytes, excludedForMs: excluded };
    });
  }

  /** Of the preferred server; while it is unmeasured, the least that another one reached. */
  throughputBps(): number | undefined {
    return this.#preferredOrLeast((meter) => meter.measurement().throughputBps);
  }

  /** What the next download will find: for the choice of a rendition. */
  expectation(): { readonly throughputBps?: number; readonly latencyMs?: number } {
    const throughputBps = this.#preferredOrLeast((meter) => meter.expectedBps());
    const latencyMs = this.preferredId === undefined ? undefined : this.meter(this.preferredId).latencyMs();
    return {
      ...(throughputBps === undefined ? {} : { throughputBps }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
    };
  }

  #preferredOrLeast(rateOf: (meter: ServerMeter) => number | undefined): number | undefined {
    const { preferredId } = this;
    const own = preferredId === undefined ? undefined : rateOf(this.meter(preferredId));
    if (own !== undefined) return own;
    const measured = [...this.#meters.values()].flatMap((meter) => rateOf(meter) ?? []);
    return measured.length > 0 ? Math.min(...measured) : undefined;
  }

  #rankInput({ fileId, bytes, avoid }: Omit<ServerQuery, 'neededInMs'>) {
    const servers = (this.#grant?.fileServers[fileId] ?? []).flatMap((index, rank) => {
      const server = this.servers[index];
      const isUsable = server && !avoid.has(server.ocaId) && !this.#lacking.has(`${server.ocaId}/${fileId}`);
      return isUsable ? [{ ocaId: server.ocaId, siteId: server.siteId, rank }] : [];
    });
    const measurements: Record<string, Measurement> = {};
    for (const { ocaId } of servers) measurements[ocaId] = this.meter(ocaId).measurement();
    const nowMs = this.#clock.nowMs();
    return {
      servers,
      measurements,
      exclusions: this.#exclusions,
      fileId,
      nowMs,
      bytes: Math.max(bytes, MIN_COMPARED_BYTES),
    };
  }

  #leave(ocaId: string, reason: MoveReason): void {
    this.#left = { ocaId, reason };
    this.#preference = {};
  }

  #tellChanged(before: string | undefined, to: string, reason: MoveReason): void {
    const from = before ?? this.#left?.ocaId;
    const why = this.#left && before === undefined ? this.#left.reason : reason;
    this.#left = undefined;
    if (from === to) return;
    this.#onChanged(from === undefined ? { to, reason: 'start' } : { from, to, reason: why });
  }
}
