import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { DEVICE } from './test-region.ts';

/** A process that claims a play, says so, and then only lives: a test stops it in the middle. */
const [, , url = ''] = process.argv;
const store = await PostgresStore.open({ url });
const play = { playId: 'a'.repeat(32), accountId: 'account', idempotencyKey: 'key-00000001', titleId: 'film' };
store
  .claimPlays([{ play: { ...play, device: DEVICE, createdAtMs: 1 }, occasion: 'start', leaseEndsAtMs: 2000 }], 1000, 0)
  .catch(() => undefined);
process.stdout.write('claims\n');
setInterval(() => {}, 60_000);
