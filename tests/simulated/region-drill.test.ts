import { PlaybackClient } from '@pressplay/sdk-core/playback-client';
import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { expect, it } from 'vitest';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 12_000 });
const DEVICE = { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] };
const FAILED = 'us-east-1';
const VIEWERS = 300;
const BETWEEN_VIEWERS_MS = 20;
const FAILS_AT = 100;
const BACK_AT = 220;
const RENEWALS = 3;
/** A refusal and an exchange with the next region, over these lines. */
const ANSWER_MS = 200;
/** How long a region is waited for alone before the next one is asked beside it. */
const PATIENCE_MS = 450;

const FAILURES = {
  'is killed': {
    fail: (world: World) => world.killRegion(FAILED),
    mend: (world: World) => world.restartRegion(FAILED),
    withinMs: ANSWER_MS,
  },
  hangs: {
    fail: (world: World) => world.setLink(FAILED, { state: 'hang' }),
    mend: (world: World) => world.setLink(FAILED, { state: 'up' }),
    withinMs: PATIENCE_MS + ANSWER_MS,
  },
};

interface Answered {
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly left: boolean;
}

/** Viewers come at a steady rate, each third with another region first, and ask for a play and some renewals. */
function comeAndAsk(world: World, number: number, answers: Answered[]): Promise<void> {
  const regions = [...world.fleet.regionEndpoints];
  const nearest = [...regions.slice(number % 3), ...regions.slice(0, number % 3)];
  let left = false;
  const client = new PlaybackClient(
    { clock: world.clock, http: world.httpFor(`198.51.100.${1 + (number % 250)}`) },
    { regions: nearest, accessToken: world.fleet.keys.accessTokenFor(`viewer-${number}`), device: DEVICE },
    ({ from }) => {
      left ||= from === FAILED;
    },
  );
  const measured = async <T>(ask: () => Promise<T>): Promise<T> => {
    const startedAtMs = world.clock.nowMs();
    left = false;
    const answer = await ask();
    answers.push({ startedAtMs, tookMs: world.clock.nowMs() - startedAtMs, left });
    return answer;
  };
  const pause = (delayMs: number) => new Promise<void>((resolve) => world.clock.schedule(delayMs, resolve));
  return (async () => {
    await pause(number * BETWEEN_VIEWERS_MS);
    const { response } = await measured(() => client.requestPlay('noise-1', `drill-of-viewer-${number}`));
    for (let count = 0; count < RENEWALS; count++) {
      await pause(1000);
      await measured(() => client.renewPlay(response.playId));
    }
  })();
}

it.each(Object.entries(FAILURES))(
  'a region that %s under load costs no play and no renewal, and nobody waits longer than he must',
  async (_, { fail, mend, withinMs }) => {
    const world = await createWorld({ seed: 321, titles: [TITLE] });
    const answers: Answered[] = [];
    const beganMs = world.clock.nowMs();
    const visits = Array.from({ length: VIEWERS }, (_, number) => comeAndAsk(world, number, answers));
    world.clock.schedule(FAILS_AT * BETWEEN_VIEWERS_MS, () => fail(world));
    world.clock.schedule(BACK_AT * BETWEEN_VIEWERS_MS, () => mend(world));
    await world.settle(Promise.all(visits), VIEWERS * BETWEEN_VIEWERS_MS + 30_000);

    expect(answers).toHaveLength(VIEWERS * (1 + RENEWALS));
    const failedAtMs = beganMs + FAILS_AT * BETWEEN_VIEWERS_MS;
    const waits = answers
      .filter(({ left }) => left)
      .map(({ startedAtMs, tookMs }) => startedAtMs + tookMs - Math.max(startedAtMs, failedAtMs));
    expect(waits.length).toBeGreaterThan(30);
    expect(Math.max(...waits)).toBeLessThan(withinMs);
  },
);
