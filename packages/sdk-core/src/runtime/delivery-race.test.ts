import { expect, it } from 'vitest';
import type { HttpClient } from '../ports/http-client.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { openRaced } from './delivery-race.ts';
import { Transfer } from './delivery-transfer.ts';

const headers: Record<string, string> = { etag: '"e"', 'content-range': 'bytes 0-99/100' };

/** Two transfers whose first chunks come in the same turn, at 500 ms. */
function deadHeat() {
  const clock = new VirtualClock();
  const bothAt500 = clock.sleep(500);
  const http: HttpClient = async () => ({
    status: 206,
    header: (name) => headers[name] ?? null,
    body: { read: () => bothAt500.then(() => new Uint8Array(100)), cancel: () => {} },
  });
  const wasted: [string, number, string][] = [];
  const start = (ocaId: string): Transfer => {
    const plan = { ocaId, url: '', startByte: 0, endByte: 100, sizeBytes: 100, etag: '"e"', firstByteMs: 1500 };
    return new Transfer({ clock, http }, plan, (bytes, outcome) => wasted.push([ocaId, bytes, outcome]));
  };
  return { clock, start, wasted };
}

it('a dead heat has one winner, and what the loser had brought is counted as raced', async () => {
  const { clock, start, wasted } = deadHeat();
  const opened = await clock.resolve(openRaced(clock, start('a'), 400, () => start('b')));
  expect(opened.end).toBeUndefined();
  expect(opened.others.map(({ end }) => end?.outcome)).toEqual(['lost-race']);
  await clock.advance(10);
  const loser = opened.transfer.plan.ocaId === 'a' ? 'b' : 'a';
  expect(wasted.filter(([, bytes]) => bytes > 0)).toEqual([[loser, 100, 'lost-race']]);
});

it('without a second server the first one keeps its own deadline', async () => {
  const { clock, start } = deadHeat();
  const opened = await clock.resolve(openRaced(clock, start('a'), 400, () => undefined));
  expect(opened).toMatchObject({ end: undefined, others: [] });
  expect(clock.nowMs()).toBe(500);
});
