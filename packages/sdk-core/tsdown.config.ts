import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    abr: 'src/abr/index.ts',
    cmcd: 'src/cmcd/index.ts',
    engine: 'src/engine/index.ts',
    headless: 'src/headless/index.ts',
    memory: 'src/memory/index.ts',
    'playback-client': 'src/runtime/playback-client.ts',
    playlists: 'src/manifest/index.ts',
    testing: 'src/testing/index.ts',
  },
  dts: { oxc: true },
  platform: 'neutral',
  fixedExtension: true,
});
