import { defineConfig } from 'vitest/config';

// Tests read every workspace package from its source: no build comes before them.
export default defineConfig({
  resolve: { conditions: ['pressplay-source'] },
  ssr: { resolve: { conditions: ['pressplay-source', 'node', 'module'] } },
  test: {
    include: ['{packages/*,mock-backend,mock-oca,examples/*,bench,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/e2e/**'],
    // Wide enough for a machine many times slower than ours: what a test proves is never that it is quick.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
