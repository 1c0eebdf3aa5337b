import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/manifests.ts', 'src/messages.ts', 'src/routes.ts', 'src/wire.ts'],
  dts: true,
  platform: 'neutral',
  fixedExtension: true,
});
