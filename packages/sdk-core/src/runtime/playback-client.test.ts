import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../ports/http-client.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { PlaybackClient } from './playback-client.ts';

const options = {
  regions: [{ regionId: 'near', baseUrl: 'http://near.test' }],
  accessToken: 'account-token',
  device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
};

/** What a play request looks like on the wire. */
async function askedWith(tokenInBody?: boolean): Promise<HttpRequest> {
  const clock = new VirtualClock();
  const asked: HttpRequest[] = [];
  let unread = [new TextEncoder().encode(JSON.stringify(samplePlayResponse()))];
  const http: HttpClient = async (request) => {
    asked.push(request);
    const read = async (): Promise<Uint8Array | undefined> => {
      const [chunk] = unread;
      unread = [];
      return chunk;
    };
    return { status: 200, header: () => null, body: { read, cancel: () => undefined } };
  };
  const client = new PlaybackClient(
    { clock, http, ...(tokenInBody !== undefined && { tokenInBody }) },
    options,
    () => {},
  );
  await clock.resolve(client.requestPlay('sample-1', 'key-00000001'));
  const [request] = asked;
  if (!request) throw new Error('Nothing was asked.');
  return request;
}

describe('the play request', () => {
  it('carries JSON and the token in a header', async () => {
    const { headers, body } = await askedWith();
    expect(headers).toEqual({ 'Content-Type': 'application/json', Authorization: 'Bearer account-token' });
    expect(JSON.parse(body ?? '')).not.toHaveProperty('accessToken');
  });

  it('from a page is one that needs no permission: plain text, the token inside, no other header', async () => {
    const { headers, body } = await askedWith(true);
    expect(headers).toEqual({ 'Content-Type': 'text/plain' });
    expect(JSON.parse(body ?? '')).toMatchObject({ titleId: 'sample-1', accessToken: 'account-token' });
  });
});
