import { expect, it, vi } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { makeTitle } from '../testing/test-region.ts';
import { lateStore, type ServedStore } from './late-store.ts';

it('each question tries to open it, one attempt at a time, until it is there', async () => {
  const store = new MemoryStore();
  const open = vi.fn(async (): Promise<ServedStore> => store);
  open.mockRejectedValueOnce(new Error('connection refused'));
  const late = lateStore(open, 1000);
  expect(open).not.toHaveBeenCalled();
  const both = await Promise.allSettled([late.titlesSince(0), late.listDrains()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(open).toHaveBeenCalledTimes(1);
  await late.putTitle(makeTitle('film'));
  expect(await late.titlesSince(0)).toEqual(await store.titlesSince(0));
  expect(await late.titlesSince(0)).toHaveLength(1);
  expect(open).toHaveBeenCalledTimes(2);
});

it('a question does not wait for an attempt that hangs, and the next one finds what the attempt opened', async () => {
  let arrive: (store: ServedStore) => void = () => {};
  const open = vi.fn(
    () =>
      new Promise<ServedStore>((resolve) => {
        arrive = resolve;
      }),
  );
  const late = lateStore(open, 5);
  await expect(late.listDrains()).rejects.toThrow('did not answer within 5 ms');
  await expect(late.listDrains()).rejects.toThrow('did not answer within 5 ms');
  expect(open).toHaveBeenCalledTimes(1);
  arrive(new MemoryStore());
  expect(await late.listDrains()).toEqual([]);
});

it('what is opened after the end is closed at once', async () => {
  const close = vi.fn(async () => {});
  let arrive: (store: ServedStore) => void = () => {};
  const late = lateStore(
    () =>
      new Promise<ServedStore>((resolve) => {
        arrive = resolve;
      }),
    5,
  );
  await expect(late.listDrains()).rejects.toThrow();
  await late.close?.();
  expect(close).not.toHaveBeenCalled();
  arrive(Object.assign(new MemoryStore(), { close }));
  await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1), { timeout: 20_000 });
});
