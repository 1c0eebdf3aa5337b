import type { TelemetryTarget } from '@pressplay/protocol/messages';
import type { Presentation } from '../manifest/presentation.ts';
import type { PlayerEvents, PlayerStats } from '../player-events.ts';
import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import type { Logger } from './logger.ts';

/** Watches plays and reports them somewhere. The core has none of its own; `@pressplay/sdk-core/cmcd` brings one. */
export interface Telemetry {
  /** A play was granted. Must not throw, and must disturb nothing. */
  watch(play: WatchedPlay): PlayObserver;
}

export interface WatchedPlay {
  readonly playId: string;
  readonly presentation: Presentation;
  /** Where the backend wants reports; absent where it wants none. */
  readonly target?: TelemetryTarget | undefined;
  /** Base URLs of the regions, the one that granted the play first. */
  readonly regionUrls: readonly string[];
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly logger?: Logger | undefined;
  stats(): PlayerStats;
}

export interface PlayObserver {
  /** The client that fetches this play's media, wrapped or as it is. */
  mediaHttp(http: HttpClient): HttpClient;
  /** Everything that the player tells of this play, in order. */
  onEvent<K extends keyof PlayerEvents>(name: K, payload: PlayerEvents[K]): void;
  /** The play is over: what is to be sent is sent, then all timers are let go of. */
  close(): void;
}
