import { maskMediaToken } from '@pressplay/protocol/wire';
import { type Cmcd, CmcdReportingMode, encodeCmcd, toCmcdQuery } from '@svta/cml-cmcd';
import type { PlayerEvents, PlayerStats } from '../player-events.ts';
import type { HttpClient, HttpRequest } from '../ports/http-client.ts';
import type { PlayObserver, WatchedPlay } from '../ports/telemetry.ts';
import { type EventReport, eventReport, qoeReport, situationKeys } from './event-keys.ts';
import type { LastWord } from './last-word.ts';
import { type MediaExchange, mediaHttp } from './media-http.ts';
import { ReportSender } from './report-sender.ts';
import { askedMedia, requestKeys } from './request-keys.ts';

export interface PlayReporterOptions {
  readonly lastWord?: LastWord | undefined;
  /** Which answers of OCAs are reported. */
  readonly responses: 'all' | 'failed' | 'none';
}

/** A batch leaves when so many reports wait, or when an interval is over. */
const FULL_BATCH = 40;
/** From here on a stall is not near: requests are urgent no more. */
const COMFORT_MS = 10_000;

/** Reports one play: in the query of its media requests, and as events to its target. */
export class PlayReporter implements PlayObserver {
  readonly #play: WatchedPlay;
  readonly #options: PlayReporterOptions;
  readonly #sender: ReportSender;
  readonly #stopListening: (() => void) | undefined;
  #cancelInterval = (): void => {};
  #requestCount = 0;
  #eventCount = 0;
  #isUrgent = true;
  #wasStarved = false;
  /** The start-up time is told once in the requests and once in the events. */
  readonly #startTold = { requests: false, events: false };

  constructor(play: WatchedPlay, options: PlayReporterOptions) {
    this.#play = play;
    this.#options = options;
    this.#sender = new ReportSender(play, targetUrls(play));
    this.#stopListening = options.lastWord?.onLeaving(() => this.#onLeaving());
    if (play.target) this.#scheduleInterval(play.target.intervalMs);
  }

  mediaHttp(http: HttpClient): HttpClient {
    const { clock } = this.#play;
    return mediaHttp(http, {
      nowMs: () => clock.nowMs(),
      queryFor: (request) => this.#queryFor(request),
      onDone: (exchange) => this.#onResponse(exchange),
    });
  }

  onEvent<K extends keyof PlayerEvents>(name: K, payload: PlayerEvents[K]): void {
    if (name === 'state') this.#onState((payload as PlayerEvents['state']).to);
    const report = eventReport(...([name, payload] as unknown as Parameters<typeof eventReport>));
    if (report) this.#add(report);
  }

  close(): void {
    this.#cancelInterval();
    this.#stopListening?.();
    this.#sender.close();
  }

  #onState(state: PlayerStats['state']): void {
    if (state === 'rebuffering') this.#wasStarved = true;
    if (state === 'rebuffering' || state === 'seeking') this.#isUrgent = true;
  }

  #queryFor(request: HttpRequest): string | undefined {
    const { presentation } = this.#play;
    const asked = request.method === 'GET' ? askedMedia(presentation, request) : undefined;
    if (!asked) return undefined;
    const stats = this.#play.stats();
    const server = stats.servers.find(({ baseUrl }) => request.url.startsWith(`${baseUrl}/`));
    if (stats.bufferAheadMs >= COMFORT_MS) this.#isUrgent = false;
    const { ocaId, throughputBps } = server ?? {};
    const situation = { stats, presentation, ocaId, throughputBps };
    const keys = requestKeys(asked, { ...situation, isUrgent: this.#isUrgent, wasStarved: this.#wasStarved });
    if (keys.nr !== true) this.#wasStarved = false;
    return toCmcdQuery(
      { ...keys, ...this.#startDelay('requests', stats), sn: this.#requestCount++ },
      { version: 2, reportingMode: CmcdReportingMode.REQUEST },
    );
  }

  #onResponse({ url, startedAtMs, status, ...times }: MediaExchange): void {
    const { responses } = this.#options;
    const { clock } = this.#play;
    const isWell = status === 206 && times.lastByteAfterMs !== undefined;
    if (responses === 'none' || (responses === 'failed' && isWell)) return;
    const { headAfterMs, firstByteAfterMs, lastByteAfterMs } = times;
    const keys: Cmcd = {
      e: 'rr',
      ts: Math.round(clock.wallMs() - (clock.nowMs() - startedAtMs)),
      url: maskMediaToken(url),
      rc: status,
      ...(headAfterMs !== undefined && { ttfb: Math.round(headAfterMs) }),
      ...(firstByteAfterMs !== undefined && { ttfbb: Math.round(firstByteAfterMs) }),
      ...(lastByteAfterMs !== undefined && { ttlb: Math.round(lastByteAfterMs) }),
    };
    this.#add({ worth: 'response', keys });
  }

  #add({ keys, isUrgent, ...report }: EventReport): void {
    if (!this.#play.target) return;
    const stats = this.#play.stats();
    const all: Cmcd = {
      ...situationKeys(stats, this.#play.presentation, this.#play.clock.wallMs()),
      ...this.#startDelay('events', stats),
      ...keys,
      sn: this.#eventCount++,
    };
    this.#sender.add({ ...report, line: encodeCmcd(all, { version: 2, reportingMode: CmcdReportingMode.EVENT }) });
    if (isUrgent || this.#sender.queuedCount >= FULL_BATCH) this.#sender.flush();
  }

  #startDelay(where: 'requests' | 'events', { qoe }: PlayerStats): Pick<Cmcd, 'msd'> {
    if (this.#startTold[where] || qoe?.startupMs === undefined) return {};
    this.#startTold[where] = true;
    return { msd: Math.round(qoe.startupMs) };
  }

  #scheduleInterval(intervalMs: number): void {
    this.#cancelInterval = this.#play.clock.schedule(intervalMs, () => {
      this.#scheduleInterval(intervalMs);
      if (this.#play.stats().state === 'ended') return;
      this.#add({ worth: 'interval', keys: { e: 't' } });
      this.#sender.flush();
    });
  }

  /** The page may not come back: all that is known goes now. */
  #onLeaving(): void {
    const { qoe } = this.#play.stats();
    if (qoe?.outcome === 'running') this.#add(qoeReport(qoe));
    this.#sender.handOver((url, text) => this.#options.lastWord?.send(url, text) === true);
  }
}

/** A path is asked for in each region, an absolute URL where it is. */
function targetUrls({ target, regionUrls }: WatchedPlay): readonly string[] {
  if (!target) return [];
  return target.url.startsWith('/') ? regionUrls.map((baseUrl) => `${baseUrl}${target.url}`) : [target.url];
}
