import { defineConfig } from 'tsdown';

const common = { platform: 'node', target: 'node20', fixedExtension: true } as const;

export default defineConfig([
  { ...common, entry: ['src/index.ts', 'src/node.ts', 'src/steering.ts'], dts: true },
  // The process in one file with its libraries, so that it starts fast. pino and pg load parts of theirs by name; prom-client does not survive bundling.
  {
    ...common,
    entry: ['src/main.ts'],
    dts: false,
    clean: false,
    deps: { alwaysBundle: [/.*/], neverBundle: ['pino', 'pg', 'prom-client'], onlyBundle: false },
  },
  // Beside the process: `new Worker` wants a file of its own.
  {
    ...common,
    entry: { 'table-worker': 'src/process/table-worker.ts' },
    dts: false,
    clean: false,
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
  },
]);
