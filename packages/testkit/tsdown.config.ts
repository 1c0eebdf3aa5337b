import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    fleet: 'src/fleet/index.ts',
    simulation: 'src/simulation/index.ts',
    msw: 'src/msw/index.ts',
  },
  dts: true,
  platform: 'node',
  fixedExtension: true,
});
