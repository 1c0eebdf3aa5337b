import { defineConfig } from 'vitest/config';

// Tests read every workspace package from its source: no build comes before them.
export default defineConfig({
  resolve: { conditions: ['pressplay-source'] },
  ssr: { resolve: { conditions: ['pressplay-source', 'node', 'module'] } },
  test: {
    include: ['{packages/*,mock-backend,mock-oca,examples/*,bench,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/e2e/**'],
    testTimeout: 20_000,
  },
});
