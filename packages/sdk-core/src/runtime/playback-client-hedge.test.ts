import { expect, it } from 'vitest';
import type { PlayerEvents } from '../player-events.ts';
import { type HttpClient, HttpFailure } from '../ports/http-client.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { PlaybackClient } from './playback-client.ts';

const REGION_IDS = ['near', 'mid', 'far'] as const;
type RegionId = (typeof REGION_IDS)[number];
type Manner = { readonly afterMs: number; readonly status?: number; readonly body?: string } | 'refuses';

const NEVER: Manner = { afterMs: 1e9 };
const refusal = JSON.stringify({ error: { code: 'title/unknown', message: 'No such title.', context: {} } });

/** Three regions, each answering in its time, and who was asked and let go when. */
function threeRegions(manners: Record<RegionId, Manner>) {
  const clock = new VirtualClock();
  const asked: [RegionId, atMs: number, key: string][] = [];
  const letGo: RegionId[] = [];
  const failovers: PlayerEvents['region-failover'][] = [];
  const http: HttpClient = ({ url, body, signal }) => {
    const regionId = REGION_IDS.find((id) => url.includes(id)) ?? 'near';
    const manner = manners[regionId];
    asked.push([regionId, clock.nowMs(), JSON.parse(body ?? '').idempotencyKey]);
    if (manner === 'refuses') return Promise.reject(new HttpFailure('network', 'connection refused'));
    return new Promise((resolve, reject) => {
      const { afterMs, status = 200, body: said = JSON.stringify(samplePlayResponse()) } = manner;
      let unread = [new TextEncoder().encode(said)];
      const read = async () => unread.shift();
      const cancel = () => {
        unread = [];
      };
      const stop = clock.schedule(afterMs, () => resolve({ status, header: () => null, body: { read, cancel } }));
      signal?.addEventListener('abort', () => {
        stop();
        letGo.push(regionId);
        reject(new HttpFailure('aborted', 'aborted'));
      });
    });
  };
  const regions = REGION_IDS.map((regionId) => ({ regionId, baseUrl: `http://${regionId}.test` }));
  const device = { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] };
  const options = { regions, accessToken: 'account-token', device };
  const client = new PlaybackClient({ clock, http }, options, (event) => failovers.push(event));
  const play = () => clock.resolve(client.requestPlay('sample-1', 'key-00000001'));
  return { clock, asked, letGo, failovers, play };
}

const regionsOf = (asked: readonly (readonly unknown[])[]) => asked.map(([regionId]) => regionId);

it('a region that hangs is not waited for: the next is asked the same beside it, and the loser is let go', async () => {
  const { clock, asked, letGo, failovers, play } = threeRegions({ near: NEVER, mid: { afterMs: 20 }, far: NEVER });
  await play();
  expect(clock.nowMs()).toBe(470);
  expect(asked).toEqual([
    ['near', 0, 'key-00000001'],
    ['mid', 450, 'key-00000001'],
  ]);
  expect(letGo).toContain('near');
  expect(failovers).toEqual([{ from: 'near', to: 'mid', cause: 'slower than usual' }]);
  expect(clock.pendingTimers).toBe(0);
  await play();
  expect(regionsOf(asked)).toEqual(['near', 'mid', 'mid']);
});

it('one that is only slow is still heard, and the next play is more patient with it', async () => {
  const { asked, letGo, failovers, play } = threeRegions({ near: { afterMs: 600 }, mid: NEVER, far: NEVER });
  await play();
  expect(regionsOf(asked)).toEqual(['near', 'mid']);
  expect(letGo).toContain('mid');
  expect(failovers).toEqual([]);
  await play();
  expect(regionsOf(asked)).toEqual(['near', 'mid', 'near']);
});

it('never more than two are asked at once; a third only when one of them failed', async () => {
  const { asked, play } = threeRegions({ near: NEVER, mid: NEVER, far: { afterMs: 20 } });
  await play();
  expect(asked.map(([regionId, atMs]) => [regionId, atMs])).toEqual([
    ['near', 0],
    ['mid', 450],
    ['far', 1800],
  ]);
});

it('a refused connection costs no time at all, also of two in turn', async () => {
  const { clock, asked, failovers, play } = threeRegions({ near: 'refuses', mid: 'refuses', far: { afterMs: 20 } });
  await play();
  expect(clock.nowMs()).toBe(20);
  expect(regionsOf(asked)).toEqual(['near', 'mid', 'far']);
  expect(failovers.map(({ from, to }) => [from, to])).toEqual([
    ['near', 'mid'],
    ['mid', 'far'],
  ]);
});

it('a refusal by either of the two decides', async () => {
  const mid = { afterMs: 20, status: 404, body: refusal };
  const { clock, play } = threeRegions({ near: NEVER, mid, far: NEVER });
  await expect(play()).rejects.toMatchObject({ code: 'title/unknown' });
  expect(clock.nowMs()).toBe(470);
  expect(clock.pendingTimers).toBe(0);
});
