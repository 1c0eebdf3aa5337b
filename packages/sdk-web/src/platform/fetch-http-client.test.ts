import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CancelController, type HttpFailure } from '@pressplay/sdk-core';
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
  });

  it('breaks with a network failure when the connection is reset inside the body', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('abc');
      setTimeout(() => request.socket.resetAndDestroy(), 20);
    };
    const { body } = await http({ method: 'GET', url });
    expect((await body.read())?.length).toBe(3);
    await expect(body.read()).rejects.toMatchObject({
      name: 'HttpFailure',
      kind: 'network',
    } satisfies Partial<HttpFailure>);
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

  it('reports a cancelled request as aborted, before and inside the body', async () => {
    answer = (_request, response) => void response.write('abc');
    const cancel = new CancelController();
    const { body } = await http({ method: 'GET', url, signal: cancel.signal });
    await body.read();
    const pending = body.read();
    cancel.cancel();
    await expect(pending).rejects.toMatchObject({ kind: 'aborted' });
    await expect(http({ method: 'GET', url, signal: cancel.signal })).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('reports a refused connection as a network failure', async () => {
    await expect(http({ method: 'GET', url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({ kind: 'network' });
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
