import { defineConfig } from 'tsdown';

export default defineConfig([
  // For bundlers: hls.js and the core stay dependencies.
  { entry: ['src/index.ts'], dts: { oxc: true }, platform: 'browser', fixedExtension: true, sourcemap: true },
  // For pages without a bundler: one classic script, everything inside, one global.
  {
    entry: { pressplay: 'src/index.ts' },
    format: 'iife',
    globalName: 'Pressplay',
    platform: 'browser',
    target: 'es2020',
    dts: false,
    minify: true,
    sourcemap: true,
    clean: false,
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
    inputOptions: { resolve: { conditionNames: ['pressplay-source', 'browser', 'import', 'default'] } },
    outputOptions: { entryFileNames: 'pressplay.min.js' },
  },
]);
