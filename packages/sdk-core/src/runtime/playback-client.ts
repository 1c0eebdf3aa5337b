import type { PlayRenewal, PlayRequest, PlayResponse } from '@pressplay/protocol/messages';
import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { isPlayerError, PlayerError } from '../errors/player-error.ts';
import type { Presentation } from '../manifest/presentation.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import { allRegionsFailed, hasDecided, type RegionFailure } from '../playback-api/all-regions-failed.ts';
import { judgeAnswer, type RegionVerdict } from '../playback-api/judge-answer.ts';
import { readPlayRenewal, readPlayResponse } from '../playback-api/read-answer.ts';
import { NO_REGION_MEMORY, nextRegion, rememberAnswer, rememberFailure } from '../playback-api/region-choice.ts';
import { decodeUtf8 } from '../playback-api/utf8.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { PlayerOptions, RegionEndpoint } from '../player-options.ts';
import { type CancelSignal, NEVER_CANCELLED } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpClient, HttpFailure, type HttpRequest } from '../ports/http-client.ts';
import { sleepUntil } from './delivery-wait.ts';
import { readWhole } from './read-whole.ts';
import { DeadlineExceeded, withDeadline } from './with-deadline.ts';

/**
 * A region that has not answered in full by then is left for the next one: a play goes on elsewhere within two seconds. Where none answered, all are asked once more
 * with more time: on a slow line the first deadline may be what failed.
 */
const REGION_DEADLINES_MS = [1800, 6000];
const ROUND_PAUSE_MS = 500;
const END_DEADLINE_MS = 2000;
/** For the app's own function. */
const ACCESS_TOKEN_DEADLINE_MS = 10_000;

export interface GrantedPlay {
  readonly response: PlayResponse;
  readonly presentation: Presentation;
}

interface Question<T> {
  readonly path: string;
  readonly body: object;
  readonly read: (body: string) => T;
  readonly keepalive?: true;
}

type ClientOptions = Pick<PlayerOptions, 'regions' | 'accessToken' | 'device' | 'clientAddress'>;

/** Asks the backend, region after region. Remembers which region answers. */
export class PlaybackClient {
  readonly #clock: Clock;
  readonly #http: HttpClient;
  readonly #tokenInBody: boolean;
  readonly #options: ClientOptions;
  readonly #onFailover: (event: PlayerEvents['region-failover']) => void;
  #memory = NO_REGION_MEMORY;

  constructor(
    ports: { readonly clock: Clock; readonly http: HttpClient; readonly tokenInBody?: boolean },
    options: ClientOptions,
    onFailover: (event: PlayerEvents['region-failover']) => void,
  ) {
    this.#clock = ports.clock;
    this.#http = ports.http;
    this.#tokenInBody = ports.tokenInBody ?? false;
    this.#options = options;
    this.#onFailover = onFailover;
  }

  /** `POST /v1/plays`, with one idempotency key for every region. Rejects with `PlayerError`, or `HttpFailure` 'aborted'. */
  requestPlay(titleId: string, idempotencyKey: string, signal?: CancelSignal, playerId?: string): Promise<GrantedPlay> {
    const { device } = this.#options;
    const request: PlayRequest = { titleId, device, idempotencyKey, ...(playerId !== undefined && { playerId }) };
    const read = (body: string): GrantedPlay => {
      const response = readPlayResponse(body);
      return { response, presentation: presentationOf(response) };
    };
    return this.#ask({ path: '/v1/plays', body: request, read }, signal);
  }

  /**
   * `POST /v1/plays/{playId}/renew`: a fresh token and ranking. `elsewhere`: what the last region gave was of no use.
   * Rejects like `requestPlay`.
   */
  renewPlay(playId: string, signal?: CancelSignal, elsewhere = false): Promise<PlayRenewal> {
    const { preferredId } = this.#memory;
    if (elsewhere && preferredId !== undefined)
      this.#memory = rememberFailure(this.#memory, preferredId, this.#clock.nowMs());
    return this.#ask(
      { path: `/v1/plays/${encodeURIComponent(playId)}/renew`, body: {}, read: readPlayRenewal },
      signal,
    );
  }

  /**
   * `POST /v1/plays/{playId}/end`, so that its stream is free at once: by the play's own token, which is at hand in a
   * page's last moment. Each region is asked once; where none hears it, the stream is freed by the play's silence.
   */
  endPlay(playId: string, token: string): void {
    const question = { path: `/v1/plays/${playId}/end`, body: {}, read: () => undefined, keepalive: true } as const;
    this.#askAll(question, token, END_DEADLINE_MS, NEVER_CANCELLED).catch(() => undefined);
  }

  async #ask<T>(question: Question<T>, signal: CancelSignal = NEVER_CANCELLED): Promise<T> {
    const accessToken = await this.#accessToken(signal);
    let failures: readonly RegionFailure[] = [];
    for (const deadlineMs of REGION_DEADLINES_MS) {
      if (failures.length > 0) await sleepUntil(this.#clock, this.#clock.nowMs() + ROUND_PAUSE_MS, signal);
      const answer = await this.#askAll(question, accessToken, deadlineMs, signal);
      if ('value' in answer) return answer.value;
      failures = answer.failures;
      if (hasDecided(failures)) break;
    }
    throw allRegionsFailed(failures);
  }

  /** One region after the other, each once. */
  async #askAll<T>(
    question: Question<T>,
    accessToken: string,
    deadlineMs: number,
    signal: CancelSignal,
  ): Promise<{ readonly value: T } | { readonly failures: readonly RegionFailure[] }> {
    const failures: RegionFailure[] = [];
    for (let region = this.#next(failures); region; region = this.#next(failures)) {
      const verdict = await this.#askRegion(region, question, accessToken, deadlineMs, signal);
      const { regionId } = region;
      if (verdict.kind === 'failed') {
        this.#memory = rememberFailure(this.#memory, regionId, this.#clock.nowMs());
        failures.push({ regionId, cause: verdict.cause, ...(verdict.error && { error: verdict.error }) });
        continue;
      }
      this.#memory = rememberAnswer(this.#memory, regionId);
      if (verdict.kind === 'refused') throw verdict.error;
      return { value: verdict.value };
    }
    return { failures };
  }

  #next(failures: readonly RegionFailure[]): RegionEndpoint | undefined {
    const tried = failures.map(({ regionId }) => regionId);
    const choice = nextRegion(this.#options.regions, this.#memory, tried, this.#clock.nowMs());
    const last = failures.at(-1);
    if (choice && last) this.#onFailover({ from: last.regionId, to: choice.region.regionId, cause: last.cause });
    return choice?.region;
  }

  async #askRegion<T>(
    region: RegionEndpoint,
    question: Question<T>,
    accessToken: string,
    deadlineMs: number,
    signal: CancelSignal,
  ): Promise<RegionVerdict<T>> {
    try {
      const { status, body } = await withDeadline(this.#clock, deadlineMs, signal, async (inner) => {
        const response = await this.#http(this.#requestFor(region, question, accessToken, inner));
        return { status: response.status, body: decodeUtf8(await readWhole(response.body)) };
      });
      return judgeAnswer(status, body, question.read);
    } catch (error) {
      if (error instanceof DeadlineExceeded) return { kind: 'failed', cause: error.message };
      if (error instanceof HttpFailure && error.kind === 'network') return { kind: 'failed', cause: error.message };
      throw error;
    }
  }

  #requestFor(
    region: RegionEndpoint,
    question: Question<unknown>,
    accessToken: string,
    signal: CancelSignal,
  ): HttpRequest {
    const { clientAddress } = this.#options;
    const inBody = this.#tokenInBody;
    return {
      method: 'POST',
      url: `${region.baseUrl}${question.path}`,
      headers: {
        ...(inBody
          ? { 'Content-Type': 'text/plain' }
          : { 'Content-Type': 'application/json', Authorization: `Bearer ${accessToken}` }),
        ...(clientAddress !== undefined && { [CLIENT_ADDRESS_HEADER]: clientAddress }),
      },
      body: JSON.stringify(inBody ? { ...question.body, accessToken } : question.body),
      signal,
      ...(question.keepalive && { keepalive: true }),
    };
  }

  async #accessToken(signal: CancelSignal): Promise<string> {
    const { accessToken } = this.#options;
    if (typeof accessToken === 'string') return accessToken;
    try {
      return await withDeadline(this.#clock, ACCESS_TOKEN_DEADLINE_MS, signal, () => accessToken());
    } catch (error) {
      if (isPlayerError(error) || signal.aborted) throw error;
      throw new PlayerError('auth/missing', 'The accessToken function of the options failed.', {}, { cause: error });
    }
  }
}
