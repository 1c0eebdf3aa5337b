import { setTimeout as sleep } from 'node:timers/promises';
import { CancelController } from '@pressplay/sdk-core';
import { type HttpClientHarness, httpClientCases } from '@pressplay/sdk-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeHttpClient } from './node-http-client.ts';
import { type ConformanceServer, startConformanceServer } from './testing/conformance-server.ts';

let server: ConformanceServer;
let deadUrl: string;

beforeAll(async () => {
  const gone = await startConformanceServer();
  deadUrl = gone.baseUrl;
  await gone.close();
  server = await startConformanceServer();
});
afterAll(() => server.close());

describe('undici as HttpClient', () => {
  const make = (): HttpClientHarness => ({
    http: nodeHttpClient(),
    baseUrl: server.baseUrl,
    deadUrl,
    passMs: (durationMs) => sleep(durationMs),
  });
  for (const { name, run } of httpClientCases) it(name, () => run(make));

  it('keeps connections alive between requests', async () => {
    const http = nodeHttpClient();
    const before = server.connections();
    for (let i = 0; i < 40; i++) {
      const { body } = await http({ method: 'GET', url: `${server.baseUrl}/status/200` });
      while (await body.read());
    }
    // The pool may open a second one while it still tidies up the first.
    expect(server.connections() - before).toBeLessThanOrEqual(4);
  });

  it('names what broke, for the log', async () => {
    await expect(nodeHttpClient()({ method: 'GET', url: deadUrl })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('survives a connection that breaks between two reads', async () => {
    const { body } = await nodeHttpClient()({ method: 'GET', url: `${server.baseUrl}/bytes/200000/reset` });
    await body.read();
    await sleep(80);
    await expect(
      (async () => {
        while (await body.read());
      })(),
    ).rejects.toMatchObject({ kind: 'network' });
  });

  it('lets go of a signal that outlives the request', async () => {
    const controller = new CancelController();
    let listeners = 0;
    const { signal } = controller;
    const counted = {
      get aborted() {
        return signal.aborted;
      },
      addEventListener: (type: 'abort', listener: () => void) => {
        listeners++;
        signal.addEventListener(type, listener);
      },
      removeEventListener: (type: 'abort', listener: () => void) => {
        listeners--;
        signal.removeEventListener(type, listener);
      },
    };
    const http = nodeHttpClient();
    const { body } = await http({ method: 'GET', url: `${server.baseUrl}/status/200`, signal: counted });
    while (await body.read());
    await http({ method: 'GET', url: deadUrl, signal: counted }).catch(() => {});
    await sleep(10);
    expect(listeners).toBe(0);
  });

  it.runIf(process.platform === 'linux')('comes from the address it is told', async () => {
    const { body } = await nodeHttpClient({ localAddress: '127.30.1.5' })({
      method: 'GET',
      url: `${server.baseUrl}/status/200`,
    });
    while (await body.read());
    expect(server.lastPeer()).toBe('127.30.1.5');
  });
});
