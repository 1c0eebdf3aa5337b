import type { ErrorBody, PlayRequest, PlayResponse } from '@pressplay/protocol/messages';
import { mediaUrl } from '@pressplay/protocol/wire';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesizeTitle } from '../simulation/media.ts';
import { type InMemoryFleet, startInMemoryFleet } from './in-memory-fleet.ts';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 8000 });
let fleet: InMemoryFleet;
let server: ReturnType<typeof setupServer>;

beforeAll(async () => {
  fleet = await startInMemoryFleet({ titles: [TITLE] });
  server = setupServer(...fleet.handlers);
  server.listen({ onUnhandledRequest: 'error' });
});
afterAll(() => {
  server.close();
  fleet.stop();
});

/** What an app's SDK does, with nothing but the global `fetch`. */
async function requestPlay(titleId: string, idempotencyKey: string): Promise<Response> {
  const body: PlayRequest = { titleId, idempotencyKey, device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] } };
  return fetch(`${fleet.regions[0]?.baseUrl}/v1/plays`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleet.accessToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('an app under test whose fetch msw answers', () => {
  it('gets a play and the bytes of its files, range by range', async () => {
    const play = (await (await requestPlay('noise-1', 'msw-play-1')).json()) as PlayResponse;
    const [server] = play.servers;
    const rendition = play.fileSets[0]?.renditions[0];
    const file = TITLE.files.get(rendition?.fileId ?? '');
    if (!server || !rendition || !file) throw new Error('The play names no server or no file.');
    expect(server.siteId).toBe('fjord-1');
    const url = mediaUrl(server.baseUrl, play.token, rendition.fileId);
    const response = await fetch(url, { headers: { range: 'bytes=1000-4999' } });
    expect(response.status).toBe(206);
    expect(response.headers.get('etag')).toBe(rendition.etag);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(file.subarray(1000, 5000)));
  });

  it('gets the typed errors of the control plane', async () => {
    const response = await requestPlay('no-such-title', 'msw-play-2');
    expect(response.status).toBe(404);
    expect(((await response.json()) as ErrorBody).error.code).toBe('title/unknown');
  });

  it('sees faults and deaths as it would see them on a network', async () => {
    const play = (await (await requestPlay('noise-1', 'msw-play-3')).json()) as PlayResponse;
    const [first, second] = play.servers;
    const fileId = play.fileSets[0]?.renditions[0]?.fileId ?? '';
    if (!first || !second) throw new Error('The play names fewer than two servers.');
    await fleet.setFaults(first.ocaId, [{ kind: 'status', status: 503, retryAfterS: 3 }]);
    const refused = await fetch(mediaUrl(first.baseUrl, play.token, fileId));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
    fleet.killOca(second.ocaId);
    await expect(fetch(mediaUrl(second.baseUrl, play.token, fileId))).rejects.toThrow(TypeError);
    fleet.restartOca(second.ocaId);
    expect((await fetch(mediaUrl(second.baseUrl, play.token, fileId))).status).toBe(200);
    await fleet.setFaults(first.ocaId, []);
  });
});
