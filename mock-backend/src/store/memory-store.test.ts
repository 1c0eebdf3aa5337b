import { describe } from 'vitest';
import { storeConformance } from '../testing/store-conformance.ts';
import { MemoryStore } from './memory-store.ts';

describe('the store in memory', () => {
  storeConformance(
    async () => new MemoryStore(),
    async (store) => store,
  );
});
