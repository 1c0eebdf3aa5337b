import { PostgresStore } from '../store/postgres/postgres-store.ts';
import { DEVICE } from './test-region.ts';

/** A process that claims a play so many times, says so, and then only lives: a test stops it in the middle. */
const [, , url = '', times = '1'] = process.argv;
const store = await PostgresStore.open({ url });
const play = { playId: 'a'.repeat(32), accountId: 'account', idempotencyKey: 'key-00000001', titleId: 'film' };
const claim = { play: { ...play, device: DEVICE, createdAtMs: 1 }, occasion: 'start', leaseEndsAtMs: 2000 } as const;
store.claimPlays(Array(Number(times)).fill(claim), 1000, 0).catch(() => undefined);
process.stdout.write('claims\n');
setInterval(() => {}, 60_000);
