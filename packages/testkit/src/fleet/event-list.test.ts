import { expect, it } from 'vitest';
import { EventList } from './event-list.ts';

it('keeps the latest hundred, oldest first', () => {
  let nowMs = 0;
  const events = new EventList(() => nowMs);
  for (nowMs = 1; nowMs <= 250; nowMs++) events.add(`event ${nowMs}`, { ocaId: 'fjord-1-a' });
  expect(events.latest()).toHaveLength(100);
  expect(events.latest()[0]).toEqual({ atMs: 151, text: 'event 151', ocaId: 'fjord-1-a' });
  expect(events.latest().at(-1)?.atMs).toBe(250);
});
