import { expect, it } from 'vitest';
import { liveRegion } from '../testing/test-region.ts';

it('hands over to the store the decisions that wait', async () => {
  const region = await liveRegion();
  const first = (await region.play()).body.playId;
  const second = (await region.play({ idempotencyKey: 'key-00000002' }, { token: 'account-b' })).body.playId;
  region.clock.advance(90_000);
  await region.backend.stop();
  for (const playId of [first, second]) expect(await region.store.findDecisions(playId)).toHaveLength(1);
});

it('still answers plays once it said that it goes', async () => {
  const region = await liveRegion();
  region.backend.retire();
  expect((await region.call('GET', '/v1/health')).status).toBe(503);
  expect((await region.play()).status).toBe(200);
  expect((await region.call('GET', '/v1/live')).status).toBe(200);
});
