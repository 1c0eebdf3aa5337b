import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchHttpClient } from './fetch-http-client.ts';

describe('HTTP on fetch', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let url: string;
  const http = fetchHttpClient();

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('sends Range and nothing else of its own', async () => {
    let init: RequestInit | undefined;
    const spy = fetchHttpClient(async (_url, given) => {
      init = given;
      return new Response('x', { status: 206 });
    });
    await spy({ method: 'GET', url, headers: { Range: 'bytes=5-9' } });
    expect(init?.headers).toEqual({ Range: 'bytes=5-9' });
    expect(init).toMatchObject({ credentials: 'omit', cache: 'no-store' });
    expect(init).not.toHaveProperty('keepalive');
  });

  it('lets a request outlive the page where it is told to', async () => {
    let init: RequestInit | undefined;
    const spy = fetchHttpClient(async (_url, given) => {
      init = given;
      return new Response(null, { status: 204 });
    });
    await spy({ method: 'POST', url, body: '{}', keepalive: true });
    expect(init).toMatchObject({ keepalive: true, body: '{}' });
  });

  it('frees the server when the body is cancelled', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on('close', resolve);
        response.write('abc');
      };
    });
    const { body } = await http({ method: 'GET', url });
    await body.read();
    body.cancel();
    body.cancel();
    await closed;
    expect(await body.read()).toBeUndefined();
  });

  it('reads an answer without a body stream all at once', async () => {
    const whole = {
      status: 200,
      headers: new Headers(),
      body: null,
      arrayBuffer: async () => Uint8Array.of(1, 2).buffer,
    };
    const { body } = await fetchHttpClient(async () => whole as unknown as Response)({ method: 'GET', url });
    expect(await body.read()).toEqual(Uint8Array.of(1, 2));
    expect(await body.read()).toBeUndefined();
  });
});
