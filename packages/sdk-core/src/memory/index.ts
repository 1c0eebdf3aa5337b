/** What a player remembers from play to play, for platforms that can store it. Apart from the core: the others load none. */
import type { OpenNetworkMemory } from '../ports/network-memory.ts';
import type { Storage } from '../ports/storage.ts';
import { StoredNetworkMemory } from '../runtime/network-memory.ts';

/** Keeps a small record for each kind of network. */
export function storedMemory(storage: Storage): OpenNetworkMemory {
  return (ports) => new StoredNetworkMemory({ ...ports, storage });
}
