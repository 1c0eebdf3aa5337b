import { expect, it } from 'vitest';
import { EventOutbox } from './event-outbox.ts';

it('hands out in order what listeners cause', () => {
  const seen: string[] = [];
  const outbox = new EventOutbox<string>((message) => {
    seen.push(`${message} begins`);
    if (message === 'a') outbox.post('b');
    seen.push(`${message} ends`);
  });
  outbox.post('a');
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('hands out nothing before the work that posts it is done', () => {
  const seen: string[] = [];
  const outbox = new EventOutbox<string>((message) => void seen.push(message));
  outbox.hold(() => {
    outbox.post('one');
    outbox.hold(() => outbox.post('two'));
    seen.push('work done');
  });
  expect(seen).toEqual(['work done', 'one', 'two']);
});

it('goes on after work that throws', () => {
  const seen: string[] = [];
  const outbox = new EventOutbox<string>((message) => void seen.push(message));
  expect(() =>
    outbox.hold(() => {
      throw new Error('x');
    }),
  ).toThrow('x');
  outbox.post('after');
  expect(seen).toEqual(['after']);
});
