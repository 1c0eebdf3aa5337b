import type { PlayRenewal, PlayRequest, PlayResponse } from '@pressplay/protocol/messages';
import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { isPlayerError, PlayerError } from '../errors/player-error.ts';
import type { Presentation } from '../manifest/presentation.ts';
import { presentationOf } from '../manifest/presentation-of.ts';
import { allRegionsFailed, hasDecided, type RegionFailure } from '../playback-api/all-regions-failed.ts';
import { judgeAnswer, type RegionVerdict } from '../playback-api/judge-answer.ts';
import { readPlayRenewal, readPlayResponse } from '../playback-api/read-answer.ts';
import {
  NO_REGION_MEMORY,
  nextRegion,
  patienceMs,
  rememberAnswer,
  rememberFailure,
} from '../playback-api/region-choice.ts';
import { decodeUtf8 } from '../playback-api/utf8.ts';
import type { PlayerEvents } from '../player-events.ts';
import type { PlayerOptions, RegionEndpoint } from '../player-options.ts';
import { type CancelSignal, NEVER_CANCELLED } from '../ports/cancel-signal.ts';
import type { Clock } from '../ports/clock.ts';
import { type HttpClient, HttpFailure, type HttpRequest } from '../ports/http-client.ts';
import { sleepUntil, waitUntil } from './delivery-wait.ts';
import { readWhole } from './read-whole.ts';
import { DeadlineExceeded, withDeadline } from './with-deadline.ts';

/**
 * A region that has not answered in full by its deadline is left. Where none answered, all are asked once more with more time: on a slow line the first
 * deadline may be what failed.
 */
const REGION_DEADLINES_MS = [1800, 6000];
/** The least part of its deadline after which the next one is asked beside it. */
const PATIENT_SHARE = 0.25;
/** Regions asked at once. */
const MOST_ASKED = 2;
const END_DEADLINE_MS = 2000;
const ROUND_PAUSE_MS = 500;
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

interface Heard<T> {
  readonly regionId: string;
  readonly verdict: RegionVerdict<T>;
  readonly tookMs: number;
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

  /** Each region once; whoever answers first is heard, and the others are let go. */
  #askAll<T>(
    question: Question<T>,
    accessToken: string,
    deadlineMs: number,
    signal: CancelSignal,
  ): Promise<{ readonly value: T } | { readonly failures: readonly RegionFailure[] }> {
    const longestMs = (deadlineMs + 1) * (1 + this.#options.regions.length);
    return withDeadline(this.#clock, longestMs, signal, (race) =>
      this.#race(deadlineMs, race, (region) => this.#askRegion(region, question, accessToken, deadlineMs, race)),
    );
  }

  /** One region after the other, and the next one beside a slow one: by its key it is the same question. */
  async #race<T>(
    deadlineMs: number,
    signal: CancelSignal,
    ask: (region: RegionEndpoint) => Promise<Heard<T>>,
  ): Promise<{ readonly value: T } | { readonly failures: readonly RegionFailure[] }> {
    const failures: RegionFailure[] = [];
    const asked: string[] = [];
    const open = new Map<string, Promise<Heard<T>>>();
    let patientUntilMs = 0;
    for (let isSlow = false; ; ) {
      const region = open.size === 0 || isSlow ? this.#next(asked) : undefined;
      if (region) {
        asked.push(region.regionId);
        open.set(region.regionId, ask(region));
        patientUntilMs = this.#clock.nowMs() + patienceMs(this.#memory, deadlineMs * PATIENT_SHARE);
      }
      if (open.size === 0 || signal.aborted) return { failures };
      const mayAsk = open.size < MOST_ASKED && this.#next(asked);
      const untilMs = mayAsk ? patientUntilMs : this.#clock.nowMs() + deadlineMs + 1;
      const waited = await waitUntil(this.#clock, Promise.race(open.values()), untilMs, signal);
      if (waited.kind === 'failed') throw waited.error;
      isSlow = waited.kind === 'late';
      if (waited.kind !== 'value') continue;
      const { regionId, verdict, tookMs } = waited.value;
      open.delete(regionId);
      const [other] = open.keys();
      if (verdict.kind === 'failed') {
        this.#memory = rememberFailure(this.#memory, regionId, this.#clock.nowMs());
        failures.push({ regionId, cause: verdict.cause, ...(verdict.error && { error: verdict.error }) });
        const to = other ?? this.#next(asked)?.regionId;
        if (to !== undefined) this.#onFailover({ from: regionId, to, cause: verdict.cause });
        continue;
      }
      this.#memory = rememberAnswer(this.#memory, regionId, tookMs);
      if (other !== undefined && other !== asked.at(-1))
        this.#onFailover({ from: other, to: regionId, cause: 'slower than usual' });
      if (verdict.kind === 'refused') throw verdict.error;
      return { value: verdict.value };
    }
  }

  #next(asked: readonly string[]): RegionEndpoint | undefined {
    return nextRegion(this.#options.regions, this.#memory, asked, this.#clock.nowMs())?.region;
  }

  async #askRegion<T>(
    region: RegionEndpoint,
    question: Question<T>,
    accessToken: string,
    deadlineMs: number,
    signal: CancelSignal,
  ): Promise<Heard<T>> {
    const { regionId } = region;
    const startedMs = this.#clock.nowMs();
    const heard = (verdict: RegionVerdict<T>): Heard<T> => {
      return { regionId, verdict, tookMs: this.#clock.nowMs() - startedMs };
    };
    try {
      const { status, body } = await withDeadline(this.#clock, deadlineMs, signal, async (inner) => {
        const response = await this.#http(this.#requestFor(region, question, accessToken, inner));
        return { status: response.status, body: decodeUtf8(await readWhole(response.body)) };
      });
      return heard(judgeAnswer(status, body, question.read));
    } catch (error) {
      const isOfRegion =
        error instanceof DeadlineExceeded || (error instanceof HttpFailure && error.kind === 'network');
      if (isOfRegion) return heard({ kind: 'failed', cause: error.message });
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
      throw new PlayerError('auth/missing', 'accessToken() of the options failed.', {}, { cause: error });
    }
  }
}
