import type { TelemetryReport, TelemetryTarget } from '@pressplay/protocol/messages';
import { type HmacSha256Hex, keysAt, verifyMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, STREAM_LEASE_MS, TELEMETRY_INTERVAL_MS } from '../backend-config.ts';
import { PLAY_LIFETIME_MS, type SharedPlays } from '../leases/shared-plays.ts';
import type { BackendClock, Log } from '../ports.ts';
import { PlayReports } from './play-reports.ts';
import { readReports } from './read-reports.ts';

export interface TelemetryDeps {
  readonly config: Pick<
    BackendConfig,
    'regionId' | 'urlKey' | 'acceptedUrlKeys' | 'telemetryIntervalMs' | 'streamLeaseMs'
  >;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly log: Log;
  /** Who reports still plays. */
  readonly plays: Pick<SharedPlays, 'hear'>;
}

const TELEMETRY_PATH = '/v1/telemetry';

/** Where a play reports to; the token in the path is its permission. undefined where the operator wants no reports. */
export function telemetryTarget(token: string, intervalMs = TELEMETRY_INTERVAL_MS): TelemetryTarget | undefined {
  return intervalMs > 0 ? { url: `${TELEMETRY_PATH}/${token}`, intervalMs } : undefined;
}

/** Takes what players report. */
export class Telemetry {
  readonly #deps: TelemetryDeps;
  readonly #reports = new PlayReports();

  constructor(deps: TelemetryDeps) {
    this.#deps = deps;
  }

  /** Any region takes the reports of any play. They may be late: a token opens this door for as long as plays live. */
  take(token: string, text: string): void {
    const { config, clock, hmac, log } = this.#deps;
    const keys = keysAt(config.urlKey, config.acceptedUrlKeys, clock.wallMs());
    const verdict = verifyMediaToken(token, keys, hmac, (clock.wallMs() - PLAY_LIFETIME_MS) / 1000);
    if (!verdict.ok && verdict.code === 'token/expired')
      throw new ApiError('play/unknown', 'This play is over for so long that nobody asks for it any more.');
    if (!verdict.ok) throw new ApiError('auth/invalid', 'The token in the path is not one of ours.');
    const { playId, scope: titleId } = verdict.claims;
    const events = readReports(text, playId);
    const play = this.#reports.record({ playId, titleId }, events, clock.wallMs());
    this.#deps.plays.hear(playId, config.streamLeaseMs ?? STREAM_LEASE_MS);
    const { qoe } = play;
    const isOver = events.some((event) => event.qoe && event.qoe.outcome !== 'running');
    if (isOver && qoe) log('info', 'play reported', { playId, titleId, ...qoe });
  }

  report(): TelemetryReport {
    return { region: this.#deps.config.regionId, ...this.#reports.report() };
  }
}
