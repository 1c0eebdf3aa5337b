import { expect, it } from 'vitest';
import { CORE_TARGET_KIB, gzippedBytes } from './size.ts';

it('keeps the whole of sdk-core, with its dependencies, small enough for a set of ten years ago', async () => {
  const bytes = await gzippedBytes({ entry: 'packages/sdk-core/src/index.ts' });
  expect(bytes / 1024).toBeLessThanOrEqual(CORE_TARGET_KIB);
  // A bundle of nothing would pass as well.
  expect(bytes / 1024).toBeGreaterThan(10);
});
