import { describe, expect, it } from 'vitest';
import { type HttpClient, HttpFailure, type HttpRequest } from '../ports/http-client.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { type MediaExchange, mediaHttp } from './media-http.ts';

const request: HttpRequest = { method: 'GET', url: 'http://oca/t/f', headers: { Range: 'bytes=100-149' } };

/** A server that answers after 30 ms and gives a chunk each 10 ms; `chunks` may end with an error. */
function stage(...chunks: readonly (number | Error)[]) {
  const clock = new VirtualClock();
  const done: MediaExchange[] = [];
  const urls: string[] = [];
  const pass = (ms: number): Promise<void> => new Promise((resolve) => clock.schedule(ms, resolve));
  const http: HttpClient = async ({ url }) => {
    urls.push(url);
    await pass(30);
    const left = [...chunks];
    const read = async (): Promise<Uint8Array | undefined> => {
      await pass(10);
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next === undefined ? undefined : new Uint8Array(next);
    };
    return { status: 206, header: (name) => name, body: { read, cancel() {} } };
  };
  const queryFor = ({ method }: HttpRequest): string | undefined => (method === 'GET' ? 'CMCD=v%3D2' : undefined);
  const client = mediaHttp(http, { nowMs: () => clock.nowMs(), queryFor, onDone: (exchange) => done.push(exchange) });
  return { clock, client, done, urls };
}

describe('a media request', () => {
  it('carries the query and nothing else, and is timed to its last wanted byte', async () => {
    const { clock, client, done, urls } = stage(20, 30);
    const { body, header } = await clock.resolve(client(request));
    expect(header('etag')).toBe('etag');
    await clock.resolve(body.read());
    expect(done).toEqual([]);
    await clock.resolve(body.read());
    body.cancel();
    expect(urls).toEqual(['http://oca/t/f?CMCD=v%3D2']);
    const times = { headAfterMs: 30, firstByteAfterMs: 40, lastByteAfterMs: 50 };
    expect(done).toEqual([{ url: request.url, startedAtMs: 0, status: 206, ...times }]);
  });

  it('has no last byte when it is given up or breaks', async () => {
    const { clock, client, done } = stage(20, new HttpFailure('network', 'reset'));
    const first = await clock.resolve(client(request));
    first.body.cancel();
    const second = await clock.resolve(client(request));
    await clock.resolve(second.body.read());
    await expect(clock.resolve(second.body.read())).rejects.toThrow('reset');
    expect(done).toHaveLength(2);
    for (const exchange of done) expect(exchange).not.toHaveProperty('lastByteAfterMs');
  });

  it('that gets no answer is told with status 0', async () => {
    const done: MediaExchange[] = [];
    const refusing: HttpClient = () => Promise.reject(new HttpFailure('network', 'refused'));
    const client = mediaHttp(refusing, { nowMs: () => 5, queryFor: () => 'q', onDone: (e) => done.push(e) });
    await expect(client(request)).rejects.toThrow('refused');
    expect(done).toEqual([{ url: request.url, startedAtMs: 5, status: 0 }]);
  });

  it('for something else passes as it is', async () => {
    const { clock, client, done, urls } = stage(20);
    const { body } = await clock.resolve(client({ ...request, method: 'POST' }));
    body.cancel();
    expect(urls).toEqual(['http://oca/t/f']);
    expect(done).toEqual([]);
  });
});
