import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { StoredNetworkMemory } from './network-memory.ts';

const MANY = 10_000_000;

function store() {
  const values = new Map<string, string>();
  return {
    values,
    get: (key: string) => values.get(key),
    set: (key: string, value: string) => void values.set(key, value),
  };
}
const network = (kind: string) => ({ current: () => ({ kind }) });

describe('the memory of networks', () => {
  it('serves the next play on the same kind of network, and no other', () => {
    const clock = new VirtualClock();
    const storage = store();
    new StoredNetworkMemory({ clock, storage, networkInfo: network('wifi') }).note(8e6, MANY);
    expect(new StoredNetworkMemory({ clock, storage, networkInfo: network('wifi') }).carefulBps()).toBeGreaterThan(1e6);
    expect(new StoredNetworkMemory({ clock, storage, networkInfo: network('cellular') }).carefulBps()).toBeUndefined();
  });

  it('counts a play once, however often it is noted', async () => {
    const clock = new VirtualClock();
    const [once, often] = [store(), store()];
    new StoredNetworkMemory({ clock, storage: once }).note(8e6, MANY);
    const memory = new StoredNetworkMemory({ clock, storage: often });
    for (let at = 0; at < 5; at++) memory.note(1e6, MANY);
    memory.note(8e6, MANY);
    expect([...often.values]).toEqual([...once.values]);
  });

  it('is written now and then, not with every segment', async () => {
    const clock = new VirtualClock();
    const storage = store();
    const memory = new StoredNetworkMemory({ clock, storage });
    memory.noteSometimes(8e6, MANY);
    expect(storage.values.size).toBe(0);
    await clock.advance(31_000);
    memory.noteSometimes(8e6, MANY);
    expect(storage.values.size).toBe(1);
  });

  it('takes nothing from a play that was too short, or that changed its network', () => {
    const clock = new VirtualClock();
    const storage = store();
    let kind = 'wifi';
    const memory = new StoredNetworkMemory({ clock, storage, networkInfo: { current: () => ({ kind }) } });
    memory.note(8e6, 1000);
    memory.note(undefined, MANY);
    kind = 'cellular';
    memory.note(8e6, MANY);
    expect(storage.values.size).toBe(0);
  });

  it('does without a store, and with one that throws', () => {
    const clock = new VirtualClock();
    const broken = () => {
      throw new Error('denied');
    };
    for (const ports of [{ clock }, { clock, storage: { get: broken, set: broken } }]) {
      const memory = new StoredNetworkMemory(ports);
      expect(() => memory.note(8e6, MANY)).not.toThrow();
      expect(memory.carefulBps()).toBeUndefined();
    }
  });
});
