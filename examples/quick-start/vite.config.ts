import { defineConfig } from 'vite';

const demo = process.env.PRESSPLAY_DEMO ?? 'http://127.0.0.1:8500';

export default defineConfig({
  // The demo's supervisor (`npm start`) hands out regions and a token; a real page gets them from its own server.
  server: { proxy: { '/api': demo } },
  preview: { proxy: { '/api': demo } },
  build: { target: 'es2022' },
});
