import { afterEach, expect, it, vi } from 'vitest';
import { type Ancestors, guardProcess, parentChanged } from './process-guard.ts';

let lift: (() => void) | undefined;
afterEach(() => lift?.());

function guarded(ancestors: () => Ancestors = () => ({ parent: 10 })) {
  let now = 0;
  const end = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 60)));
  const exit = vi.fn();
  lift = guardProcess({ end, exit, nowMs: () => now, ancestors, pollMs: 5 });
  return { end, exit, at: (ms: number) => (now = ms) };
}

it('ends once on Ctrl-C, however often one press arrives', async () => {
  const { end, exit, at } = guarded();
  process.emit('SIGINT', 'SIGINT');
  at(20);
  process.emit('SIGINT', 'SIGINT');
  await vi.waitFor(() => expect(exit).toHaveBeenCalledExactlyOnceWith(0), { timeout: 20_000 });
  expect(end).toHaveBeenCalledExactlyOnceWith('SIGINT');
});

it('leaves at once when a second press insists', () => {
  const { exit, at } = guarded();
  process.emit('SIGINT', 'SIGINT');
  at(900);
  process.emit('SIGINT', 'SIGINT');
  expect(exit).toHaveBeenCalledExactlyOnceWith(1);
});

it('ends when its parent is gone', async () => {
  let parent = 10;
  const { end } = guarded(() => ({ parent }));
  parent = 1;
  await vi.waitFor(() => expect(end).toHaveBeenCalledExactlyOnceWith('parent gone'), { timeout: 20_000 });
});

it('sees npm die behind the shell that npm put between', () => {
  expect(parentChanged({ parent: 10, grandparent: 5 }, { parent: 10, grandparent: 1 })).toBe(true);
  expect(parentChanged({ parent: 10, grandparent: 5 }, { parent: 10, grandparent: 5 })).toBe(false);
  expect(parentChanged({ parent: 10 }, { parent: 1 })).toBe(true);
});
