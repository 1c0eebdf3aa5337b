import { clockCases, httpClientCases } from '@pressplay/sdk-core/testing';
import { describe, it } from 'vitest';
import { startConformanceServer } from '../testing/conformance-server.ts';
import { domClock } from './dom-clock.ts';
import { fetchHttpClient } from './fetch-http-client.ts';

const passMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

// Node has the same functions; the browser tests run these cases, and the engine's, in Chromium.

describe('the page’s clock is a Clock', () => {
  for (const { name, run } of clockCases) it(name, () => run(() => ({ clock: domClock(), passMs })));
});

describe('fetch is an HttpClient', () => {
  for (const { name, run } of httpClientCases) {
    it(name, () =>
      run(async () => {
        const server = await startConformanceServer();
        return { http: fetchHttpClient(), deadUrl: 'http://127.0.0.1:9/', passMs, ...server };
      }),
    );
  }
});
