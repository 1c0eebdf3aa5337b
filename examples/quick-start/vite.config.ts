import { defineConfig } from 'vite';

const demo = process.env.PRESSPLAY_DEMO ?? 'http://127.0.0.1:8500';

export default defineConfig({
  // The demo's supervisor (`npm start`) hands out regions and a token; a real page gets them from its own server.
  server: { proxy: { '/api': demo } },
  preview: { proxy: { '/api': demo } },
  // hls.js and the SDK are one chunk of 650 kB (205 kB gzipped).
  build: { target: 'es2022', chunkSizeWarningLimit: 700 },
});
