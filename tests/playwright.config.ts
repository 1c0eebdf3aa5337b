import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** `npm test` finds a Chromium and names it; without a name a usual place is tried, then Playwright's own. */
const chromium = [process.env.PRESSPLAY_CHROMIUM, '/usr/bin/chromium'].find((file) => file && existsSync(file));

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One fleet of real processes, one browser: the tests take turns.
  workers: 1,
  fullyParallel: false,
  // Wide enough for a machine many times slower than ours; what a test says of times it measures itself.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    screenshot: 'only-on-failure',
    viewport: { width: 1000, height: 640 },
    launchOptions: {
      ...(chromium && { executablePath: chromium }),
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--disable-gpu',
        '--disable-quic',
      ],
    },
  },
});
