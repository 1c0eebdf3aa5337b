import { createWorld, synthesizeTitle, type World } from '@pressplay/testkit/simulation';
import { beforeAll, describe, expect, it } from 'vitest';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 600_000 });
const BASIC = { accountId: 'family', planId: 'basic' };

describe('two players of an account with one stream', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ seed: 701, titles: [TITLE], controlPlane: { grantRefreshMs: 60_000 } });
  });
  const player = (name: string) =>
    world.createPlayer({ ...BASIC, device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'], name } });

  it('play one after the other: the second is told who plays, and plays once the first is stopped', async () => {
    const [tv, phone] = [player('TV'), player('Phone')];
    await world.settle(tv.load('noise-1'), 10_000);
    await world.advance(100_000);
    await expect(world.settle(phone.load('noise-1'), 10_000)).rejects.toMatchObject({
      code: 'account/stream-limit',
      context: { devices: ['TV'], titles: ['noise-1'] },
    });
    tv.stop();
    await world.advance(1000);
    await world.settle(phone.load('noise-1'), 10_000);
    await world.advance(5000);
    expect(phone.state, world.failure('the second play').message).toBe('playing');
    phone.destroy();
    await world.advance(1000);
  });

  it('go on in another region: an end that its region does not hear is heard by the next', async () => {
    const [tv, phone] = [player('TV'), player('Phone')];
    await world.settle(tv.load('noise-1'), 10_000);
    world.killRegion(tv.stats().region ?? '');
    tv.stop();
    await world.advance(3000);
    await world.settle(phone.load('noise-1'), 20_000);
    phone.destroy();
    await world.advance(3000);
  });

  it('lose the stream by silence: who was paused for long finds it taken, and says so', async () => {
    const [tv, phone] = [player('TV'), player('Phone')];
    await world.settle(tv.load('noise-1'), 20_000);
    await world.advance(5000);
    tv.pause();
    await world.advance(200_000);
    await world.settle(phone.load('noise-1'), 20_000);
    tv.play();
    await world.runUntil(() => tv.state === 'failed', 10_000);
    expect(tv.state, world.failure('the paused play').message).toBe('failed');
    await world.advance(5000);
    expect(phone.state, world.failure('the other play').message).toBe('playing');
  });
});
