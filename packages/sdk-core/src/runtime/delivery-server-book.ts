import type { Server } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import type { MoveReason, PlayerEvents, ServerStats } from '../player-events.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { type Choice, chooseServer, type Preference } from '../server-selection/choose-server.ts';
import {
  type Exclusions,
  excludedForMs,
  type Failure,
  NO_EXCLUSIONS,
  recordFailure,
  recordSuccess,
} from '../server-selection/exclusions.ts';
import { forgiveOutage } from '../server-selection/forgive-outage.ts';
import { freshRates, type LoadHints, NO_HINTS, noteHint } from '../server-selection/load-hints.ts';
import { rateBelow } from '../server-selection/predict-delivery.ts';
import { type Candidate, type RankedServer, rankServers } from '../server-selection/rank-servers.ts';
import type { Measurement } from '../server-selection/rate-belief.ts';
import { agedRates, learnRate, NO_RATES, type RateSample } from '../server-selection/rate-model.ts';
import { readCmsdDynamic } from '../server-selection/read-cmsd.ts';
import type { DeliveryGrant } from './delivery-listener.ts';
import { ServerMeter } from './delivery-server-meter.ts';
import type { ServerQuery } from './delivery-server-query.ts';
import { Slumps } from './delivery-slumps.ts';

/** What the next download will find. */
export interface Expectation {
  readonly throughputBps: number | undefined;
  readonly rateSpread?: number | undefined;
  readonly latencyMs?: number | undefined;
}

/** Ranges at least this long decide about the preferred server: short ones show latency alone. */
const MIN_COMPARED_BYTES = 256 * 1024;
/** After this long without a transfer, an estimate alone no longer says what to expect of a server. */
const CURRENT_MS = 20_000;
/** How many deviations below its mean the assumed rate of a server is taken. */
const CAUTION = 1;

/** All that a play knows of its servers, and which of them it prefers. Decisions are in `server-selection/`. */
export class ServerBook {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #random: Random;
  readonly #onChanged: (event: PlayerEvents['server-changed']) => void;
  readonly #meters = new Map<string, ServerMeter>();
  /** `ocaId/fileId` that the server turned out not to hold, or to hold with other bytes; until the next grant. */
  readonly #lacking = new Set<string>();
  #grant: DeliveryGrant | undefined;
  #exclusions: Exclusions = NO_EXCLUSIONS;
  #hints: LoadHints = NO_HINTS;
  #preference: Preference = {};
  #exploredAtMs: number | undefined;
  /** Whom media came from last, as was told, and why that was left first: those tried in vain since are not told. */
  #told: string | undefined;
  #leftFor: MoveReason | undefined;
  #lastFailure: MoveReason = 'status';
  readonly #slumps = new Slumps();
  #rates = NO_RATES;

  constructor(clock: Pick<Clock, 'nowMs'>, random: Random, onChanged: (event: PlayerEvents['server-changed']) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#onChanged = onChanged;
  }

  use(grant: DeliveryGrant): void {
    this.#grant = grant;
    this.#lacking.clear();
    const { ocaId } = this.#preference;
    if (ocaId === undefined) return;
    const index = grant.servers.findIndex((server) => server.ocaId === ocaId);
    if (index < 0) this.#leave('steering');
    else if (!Object.values(grant.fileServers).some((servers) => servers.includes(index))) this.#leave('other-bytes');
  }

  get grant(): DeliveryGrant | undefined {
    return this.#grant;
  }

  get preferredId(): string | undefined {
    return this.#preference.ocaId ?? this.#told;
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
    const meter = new ServerMeter(this.#clock, (bps, durationMs) => this.#learn({ ocaId, bps, durationMs }));
    this.#meters.set(ocaId, meter);
    return meter;
  }

  /** Media come from this server. */
  began(ocaId: string): void {
    this.meter(ocaId).began();
    if ((this.preferredId ?? ocaId) === ocaId) this.#tell(ocaId);
  }

  url(ocaId: string, fileId: string): string {
    return mediaUrl(this.server(ocaId)?.baseUrl ?? '', this.#grant?.token ?? '', fileId);
  }

  /** Which server a range goes to now; undefined where none is left. */
  choose(query: ServerQuery): Pick<Choice, 'ocaId' | 'bytes'> | undefined {
    const { neededInMs, mediaBps, avoid } = query;
    const backTo = this.#slumps.settle(this.#preference.ocaId, (id) => this.meter(id).measurement());
    if (backTo !== undefined) this.prefer(backTo, 'better-by-margin');
    const choice = chooseServer({
      ...this.#rankInput(query),
      neededInMs,
      mediaBps,
      preference: this.#preference,
      chance: this.#random(),
      mayExplore: avoid.size === 0,
      exploredAtMs: this.#exploredAtMs,
    });
    if (!choice) return undefined;
    if (choice.reason === 'explore') {
      const { preferredId: ocaId = '' } = this;
      this.#exploredAtMs = this.#clock.nowMs();
      this.#slumps.explored(ocaId, choice.ocaId, this.meter(ocaId).measurement(), this.#exploredAtMs);
    }
    this.#preference = choice.preference;
    if (choice.reason === 'better-by-margin' || choice.reason === 'duress') this.#leftFor ??= choice.reason;
    return choice;
  }

  /** The servers that a running range could go to instead, best first; for a part beside what runs, where all of them
   *  failed, those that may help. */
  others(ocaId: string, query: Omit<ServerQuery, 'neededInMs' | 'mediaBps'>, forPart = false): readonly RankedServer[] {
    const all = rankServers(this.#rankInput(query)).filter((one) => one.ocaId !== ocaId);
    const well = all.filter(({ excluded }) => !excluded);
    return forPart && well.length === 0 ? all.filter(({ mayHelp }) => mayHelp) : well;
  }

  /** Prefers a server without a failure of the one before: it won a start race. */
  prefer(ocaId: string, reason: MoveReason): void {
    this.#preference = { ocaId };
    this.#leftFor ??= reason;
  }

  noteSuccess(ocaId: string, fileId?: string): void {
    const siteId = this.server(ocaId)?.siteId ?? '';
    this.#exclusions = recordSuccess(this.#exclusions, { ocaId, siteId, fileId, nowMs: this.#clock.nowMs() });
  }

  /** Nobody had answered since `sinceMs`: that was the client's network. */
  forgive(sinceMs: number): void {
    this.#exclusions = forgiveOutage(this.#exclusions, sinceMs);
  }

  noteFailure(failure: Omit<Failure, 'siteId' | 'nowMs'> & { readonly reason: MoveReason }): void {
    const { reason, ...rest } = failure;
    const siteId = this.server(failure.ocaId)?.siteId ?? '';
    this.#exclusions = recordFailure(this.#exclusions, { ...rest, siteId, nowMs: this.#clock.nowMs() });
    this.#lastFailure = reason;
    if (failure.scope === 'host' && this.#preference.ocaId === failure.ocaId) this.#leave(reason);
  }

  /** Alive, but crawling: what was measured before no longer counts. */
  noteTooSlow(ocaId: string, recentBps: number): void {
    this.meter(ocaId).restart(recentBps);
    this.#learn({ ocaId, bps: recentBps, durationMs: 0, isSlump: true });
    if (this.#preference.ocaId !== ocaId) return;
    const backTo = this.#slumps.left(ocaId, recentBps, this.#clock.nowMs());
    this.#leave('too-slow');
    if (backTo !== undefined) this.prefer(backTo, 'too-slow');
  }

  /** `CMSD-Dynamic` of an answer to a request for `url`, whatever it was asked for. */
  noteSaid(url: string, cmsdDynamic: string | null): void {
    const says = readCmsdDynamic(cmsdDynamic);
    const server = says && this.servers.find(({ baseUrl }) => url.startsWith(`${baseUrl}/`));
    if (!says || !server) return;
    const heard = { ocaId: server.ocaId, says, nowMs: this.#clock.nowMs(), chance: this.#random() };
    this.#hints = noteHint(this.#hints, heard);
  }

  noteLacking(ocaId: string, fileId: string): void {
    this.#lacking.add(`${ocaId}/${fileId}`);
  }

  stats(): readonly ServerStats[] {
    const nowMs = this.#clock.nowMs();
    return this.servers.map((server) => {
      const meter = this.meter(server.ocaId);
      const latencyMs = meter.latencyMs();
      const throughputBps = meter.throughputBps();
      return {
        ...server,
        ...(latencyMs === undefined ? {} : { latencyMs }),
        ...(throughputBps === undefined ? {} : { throughputBps }),
        deliveredBytes: meter.deliveredBytes,
        excludedForMs: excludedForMs(this.#exclusions, server, nowMs),
      };
    });
  }

  /** Of the preferred server, on the careful side; before it was measured, what is assumed of it. */
  throughputBps(): number | undefined {
    const ocaId = this.#nextId();
    return ocaId === undefined ? undefined : this.#expectedBps(ocaId, this.meter(ocaId).throughputBps());
  }

  /** What the next download will find: for the choice of a rendition. */
  expectation(): Expectation {
    const ocaId = this.#nextId();
    if (ocaId === undefined) return { throughputBps: undefined };
    const meter = this.meter(ocaId);
    const { bps, spread: rateSpread } = meter.expectation() ?? {};
    return { throughputBps: this.#expectedBps(ocaId, bps), rateSpread, latencyMs: meter.latencyMs() };
  }

  /** The most that the preferred server wants a rendition to have. */
  maxVideoBps(): number | undefined {
    const ocaId = this.#nextId();
    return ocaId === undefined ? undefined : freshRates(this.#hints, ocaId, this.#clock.nowMs()).maxBps;
  }

  /** A server that is new to the play, or was not heard of for long, is expected to do as the choice assumes. */
  #expectedBps(ocaId: string, measuredBps: number | undefined): number | undefined {
    const { sampledAtMs } = this.meter(ocaId).measurement();
    if (sampledAtMs !== undefined && this.#clock.nowMs() - sampledAtMs <= CURRENT_MS) return measuredBps;
    const isAnyMeasured = [...this.#meters.values()].some((one) => one.throughputBps() !== undefined);
    const own = isAnyMeasured ? this.rankedAll().find((ranked) => ranked.ocaId === ocaId) : undefined;
    return own && rateBelow(own.belief, CAUTION);
  }

  /** The preferred server; where a play that just left its server will most probably go. */
  #nextId(): string | undefined {
    return this.#preference.ocaId ?? (this.#told && this.rankedAll()[0]?.ocaId);
  }

  /** By what is predicted for a long range of any file. */
  rankedAll(): readonly RankedServer[] {
    return rankServers(this.#inputFor(this.servers.keys(), '', MIN_COMPARED_BYTES));
  }

  #rankInput({ fileId, bytes, avoid }: Omit<ServerQuery, 'neededInMs' | 'mediaBps'>) {
    const holders = (this.#grant?.fileServers[fileId] ?? []).filter((index) => {
      const ocaId = this.servers[index]?.ocaId ?? '';
      return !avoid.has(ocaId) && !this.#lacking.has(`${ocaId}/${fileId}`);
    });
    return this.#inputFor(holders, fileId, Math.max(bytes, MIN_COMPARED_BYTES));
  }

  #learn(sample: Omit<RateSample, 'rank'>): void {
    const rank = this.servers.findIndex(({ ocaId }) => ocaId === sample.ocaId);
    const ranked = { ...sample, rank: Math.max(0, rank) };
    this.#rates = learnRate(this.#rates, ranked, this.#clock.nowMs(), this.#slumps.linkShare);
  }

  #inputFor(indices: Iterable<number>, fileId: string, bytes: number) {
    const nowMs = this.#clock.nowMs();
    const servers: Candidate[] = [];
    const measurements: Record<string, Measurement> = {};
    for (const index of indices) {
      const server = this.servers[index];
      if (!server) continue;
      const { ocaId, siteId } = server;
      const { estimatedBps: hintBps } = freshRates(this.#hints, ocaId, nowMs);
      const measurement = this.meter(ocaId).measurement();
      measurements[ocaId] = hintBps === undefined ? measurement : { ...measurement, hintBps };
      servers.push({ ocaId, siteId, rank: servers.length });
    }
    const known = { exclusions: this.#exclusions, hints: this.#hints, rates: agedRates(this.#rates, nowMs) };
    return { servers, measurements, ...known, fileId, nowMs, bytes };
  }

  #leave(reason: MoveReason): void {
    this.#leftFor ??= reason;
    this.#preference = { isFleeing: reason !== 'steering' };
  }

  #tell(to: string): void {
    const from = this.#told;
    const reason = this.#leftFor ?? this.#lastFailure;
    this.#told = to;
    this.#leftFor = undefined;
    if (from !== to) this.#onChanged(from === undefined ? { to, reason: 'start' } : { from, to, reason });
  }
}
