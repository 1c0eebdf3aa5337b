import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVERY_CODEC, type HttpClient, isPlayerError, nodeClock, PlaybackClient } from '@pressplay/sdk-node';
import type { DrillPlan } from './drill-plan.ts';
import type { DrillTarget } from './drill-target.ts';

/** One request of a viewer, with all that the SDK did for it. */
export interface LoadSample {
  readonly kind: 'play' | 'renewal';
  /** On the clock of the drill. */
  readonly startedAtMs: number;
  readonly tookMs: number;
  /** Regions asked, in their order. */
  readonly askedRegions: readonly string[];
  /** Unless there is an error. */
  readonly answeredBy?: string;
  /** Code of the error that the viewer was left with. */
  readonly error?: string;
}

export interface RegionLoad {
  /** Every request that has ended. */
  readonly samples: readonly LoadSample[];
  /** Takes no new viewers and waits for the answers under way. */
  stop(): Promise<void>;
}

interface LoadDeps {
  readonly target: DrillTarget;
  readonly plan: DrillPlan;
  readonly http: HttpClient;
}

/** Accounts and addresses are many, as viewers are: no limit of one account or one address shall meet the load. */
const ACCOUNTS = 10_000;

/**
 * Viewers come at a steady rate, whether the ones before were answered or not; each asks through the SDK's own client for a
 * play and then for fresh grants. Each region is the nearest one of an equal part of them.
 */
export function startRegionLoad(deps: LoadDeps): RegionLoad {
  const { plan } = deps;
  const samples: LoadSample[] = [];
  const running = new Set<Promise<void>>();
  const leaving = new AbortController();
  // Every viewer listens.
  setMaxListeners(0, leaving.signal);
  const beganMs = nodeClock.nowMs();
  let count = 0;
  const admit = (): void => {
    // By the time that has passed, not by ticks: a busy machine swallows ticks.
    const due = Math.floor(((nodeClock.nowMs() - beganMs) / 1000) * plan.rate);
    while (count < due) {
      const visit = watchOne(count++, deps, leaving.signal, (sample) => samples.push(sample)).finally(() =>
        running.delete(visit),
      );
      running.add(visit);
    }
  };
  const timer = setInterval(admit, 10);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      leaving.abort();
      await Promise.all(running);
    },
  };
}

async function watchOne(
  number: number,
  { target, plan, http }: LoadDeps,
  leaving: AbortSignal,
  onSample: (sample: LoadSample) => void,
): Promise<void> {
  const accessToken = await target.accessToken(`drill-${number % ACCOUNTS}`);
  let asked: string[] = [];
  let answeredBy: string | undefined;
  const regionOf = new Map(target.regions.map(({ regionId, baseUrl }) => [new URL(baseUrl).origin, regionId]));
  const noting: HttpClient = async (request) => {
    const regionId = regionOf.get(new URL(request.url).origin) ?? '';
    asked.push(regionId);
    const response = await http(request);
    // The first one is heard.
    if (response.status === 200) answeredBy ??= regionId;
    return response;
  };
  const client = new PlaybackClient(
    { clock: nodeClock, http: noting },
    {
      regions: nearestFirst(target.regions, number),
      accessToken,
      device: EVERY_CODEC,
      clientAddress: addressOf(number),
    },
    () => {},
  );
  const measure = async <T>(kind: LoadSample['kind'], ask: () => Promise<T>): Promise<T | undefined> => {
    asked = [];
    answeredBy = undefined;
    const startedAtMs = nodeClock.nowMs();
    const done = (error?: string) => {
      const tookMs = nodeClock.nowMs() - startedAtMs;
      const outcome = error === undefined ? { answeredBy: answeredBy ?? '' } : { error };
      onSample({ kind, startedAtMs, tookMs, askedRegions: asked, ...outcome });
    };
    try {
      const answer = await ask();
      done();
      return answer;
    } catch (error) {
      done(isPlayerError(error) ? error.code : String(error));
      return undefined;
    }
  };
  const granted = await measure('play', () => client.requestPlay(plan.titleId, `drill-${crypto.randomUUID()}`));
  if (!granted) return;
  const { playId } = granted.response;
  const leaveAtMs = nodeClock.nowMs() + plan.viewerMs;
  // Those that came together do not ask together.
  for (let nextMs = plan.renewEveryMs * (0.5 + Math.random()); ; nextMs = plan.renewEveryMs) {
    if (nodeClock.nowMs() + nextMs > leaveAtMs || !(await pause(nextMs, leaving))) return;
    await measure('renewal', () => client.renewPlay(playId));
  }
}

/** Each region is first for the same share, and the others follow in every order: what one loses all others share. */
export function nearestFirst<R>(regions: readonly R[], number: number): readonly R[] {
  const rest = [...regions];
  const ordered: R[] = [];
  for (let left = number; rest.length > 0; left = Math.floor(left / (rest.length + 1)))
    ordered.push(...rest.splice(left % rest.length, 1));
  return ordered;
}

/** Two networks of the demo with a licence for its title. */
const addressOf = (number: number): string =>
  number % 2 === 0 ? `198.51.100.${1 + ((number / 2) % 250)}` : `203.0.113.${1 + (((number - 1) / 2) % 250)}`;

/** False where the load ends meanwhile. */
const pause = (delayMs: number, leaving: AbortSignal): Promise<boolean> =>
  sleep(delayMs, true, { signal: leaving }).catch(() => false);
