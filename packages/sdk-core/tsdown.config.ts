import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    cmcd: 'src/cmcd/index.ts',
    headless: 'src/headless/index.ts',
    testing: 'src/testing/index.ts',
  },
  dts: { oxc: true },
  platform: 'neutral',
  fixedExtension: true,
});
