import type { QoeSummary } from '@pressplay/protocol/messages';
import { NO_BYTES } from '../delivery/byte-accounts.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { RegionEndpoint } from '../player-options.ts';
import type { HttpClient } from '../ports/http-client.ts';
import type { PlayObserver, Telemetry, WatchedPlay } from '../ports/telemetry.ts';
import type { SessionState } from '../session/session-state.ts';
import { accumulate } from '../telemetry/accumulate-qoe.ts';
import { qoeEventOf } from '../telemetry/qoe-event-of.ts';
import { type QoeState, startQoe } from '../telemetry/qoe-state.ts';
import { type QoeBytes, summaryOf } from '../telemetry/qoe-summary.ts';
import type { GrantedPlay } from './playback-client.ts';

export interface PlayWatchDeps extends Pick<WatchedPlay, 'clock' | 'http' | 'logger' | 'stats'> {
  readonly regions: readonly RegionEndpoint[];
  readonly telemetry?: Telemetry | undefined;
  readonly bytes: () => QoeBytes | undefined;
  readonly onPlayEnded: (event: PlayerEvents['play-ended']) => void;
}

/** Keeps the accounts of one play after the other, and tells telemetry. */
export class PlayWatch {
  readonly #deps: PlayWatchDeps;
  #titleId = '';
  #qoe: QoeState | undefined;
  #observer: PlayObserver | undefined;
  #media: HttpClient | undefined;

  constructor(deps: PlayWatchDeps) {
    this.#deps = deps;
  }

  /** A title is asked for; the play before it ends here. */
  begin(titleId: string): void {
    this.status({ status: 'idle' });
    this.#titleId = titleId;
    this.#qoe = startQoe(this.#deps.clock.nowMs());
  }

  /** The play was granted; or a new one in its place, which is told apart and has the accounts of both. */
  granted({ response, presentation }: GrantedPlay): void {
    this.#close();
    const { regions, telemetry, http } = this.#deps;
    const { playId, region, telemetry: target } = response;
    const first = regions.filter(({ regionId }) => regionId === region);
    const regionUrls = [...new Set([...first, ...regions].map(({ baseUrl }) => baseUrl))];
    this.#observer = telemetry?.watch({ ...this.#deps, playId, presentation, target, regionUrls });
    this.#media = this.#observer?.mediaHttp(http);
  }

  /** The client for the media of the granted play. */
  mediaHttp: HttpClient = (request) => (this.#media ?? this.#deps.http)(request);

  /** The session moved, or what the viewer wants did. */
  status(session: SessionState): void {
    const before = this.#qoe;
    if (!before) return;
    const wantsPlay =
      'play' in session ? session.play?.wantsPlay === true : 'wantsPlay' in session && session.wantsPlay;
    const event = { type: 'status', status: session.status, wantsPlay } as const;
    this.#qoe = accumulate(before, event, this.#deps.clock.nowMs());
    const { outcome, countedToMs } = this.#qoe;
    const qoe = outcome !== before.outcome && outcome !== 'running' && this.summary();
    if (qoe) this.#deps.onPlayEnded({ titleId: this.#titleId, qoe });
    if (countedToMs === undefined) this.#close();
  }

  heard<K extends keyof PlayerEvents>(name: K, payload: PlayerEvents[K]): void {
    const event = qoeEventOf(...([name, payload] as unknown as Parameters<typeof qoeEventOf>));
    if (event && this.#qoe) this.#qoe = accumulate(this.#qoe, event, this.#deps.clock.nowMs());
    this.#observer?.onEvent(name, payload);
  }

  /** Of the play that runs, or that ran last; undefined before the first one. */
  summary(): QoeSummary | undefined {
    const bytes = this.#deps.bytes() ?? { bytes: NO_BYTES, bytesByServer: {} };
    return this.#qoe && summaryOf(this.#qoe, bytes, this.#deps.clock.nowMs());
  }

  #close(): void {
    this.#observer?.close();
    this.#observer = undefined;
  }
}
