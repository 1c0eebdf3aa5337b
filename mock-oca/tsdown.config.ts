import { defineConfig } from 'tsdown';

export default defineConfig([
  { entry: ['src/index.ts', 'src/node.ts'], dts: true, platform: 'node', fixedExtension: true },
  // Twelve of these start at once: one file with everything in it costs the least to load.
  {
    entry: ['src/main.ts'],
    dts: false,
    platform: 'node',
    fixedExtension: true,
    clean: false,
    noExternal: [/.*/],
    minify: false,
  },
  // Beside the process: `new Worker` wants a file of its own.
  {
    entry: { 'serving-worker': 'src/engines/node/workers/serving-worker.ts' },
    dts: false,
    platform: 'node',
    fixedExtension: true,
    clean: false,
    noExternal: [/.*/],
    minify: false,
  },
]);
