import { defineConfig } from 'vite';

export default defineConfig({
  resolve: { conditions: ['pressplay-source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1000 },
  // `npx vite` beside a running `npm start`: the fleet's answers come from the supervisor.
  server: { proxy: { '/api': 'http://127.0.0.1:8500' } },
});
