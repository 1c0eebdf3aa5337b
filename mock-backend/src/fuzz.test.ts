import { PLAY_API_ERRORS } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './testing/expect-error.ts';
import { config, liveRegion, type TestRegion } from './testing/test-region.ts';

let region: TestRegion;
let mediaToken = '';
let playId = '';

beforeAll(async () => {
  region = await liveRegion();
  const { body } = await region.play({ idempotencyKey: 'key-of-the-fuzz' });
  mediaToken = body.token;
  playId = body.playId;
});

/** A typed answer: never a crash, never a 500, nothing secret. */
async function answered(request: Request): Promise<number> {
  const response = await region.backend.fetch(request, { clientAddress: '198.51.100.7' });
  const text = await response.text();
  expect(response.status, text).not.toBe(500);
  if (response.status >= 400 && text !== '') {
    const { error } = JSON.parse(text);
    expect(error.message.length).toBeLessThan(1000);
    if (response.status < 500 && error.code in PLAY_API_ERRORS)
      expect(response.status).toBe(PLAY_API_ERRORS[error.code as keyof typeof PLAY_API_ERRORS]);
  }
  return response.status;
}

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}): Request =>
  new Request(`http://region${path}`, {
    method: 'POST',
    body,
    headers: { Authorization: 'Bearer account-a', ...headers },
  });

describe('requests that are not quite right', () => {
  it('to any path with any header are answered', async () => {
    const word = fc.stringMatching(/^[A-Za-z0-9%._~-]{0,40}$/);
    const paths = fc.array(
      fc.oneof(fc.constantFrom('v1', 'plays', 'titles', 'origin', 'telemetry', mediaToken), word),
      {
        maxLength: 5,
      },
    );
    const header = fc.constantFrom('Authorization', 'Content-Type', 'Pressplay-Client-Address', 'Origin', 'Range');
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD');
    await fc.assert(
      fc.asyncProperty(
        paths,
        methods,
        header,
        fc.stringMatching(/^[ -~]{0,60}$/),
        async (parts, method, name, value) => {
          const url = new URL(`http://region/${parts.join('/')}`);
          await answered(new Request(url, { method, headers: { [name]: value } }));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('nested as deep as a body may be are refused', async () => {
    for (const text of ['['.repeat(65_000), `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`])
      expect(await answered(post('/v1/plays', text))).toBe(400);
  });

  it('name what was expected, and where', async () => {
    const { body } = await region.play({ device: { videoCodecs: ['avc1'], audioCodecs: 'mp4a' }, color: 'red' });
    expect(body.error.context.issues).toEqual([
      'device.audioCodecs: Invalid input: expected array, received string',
      '(all): Unrecognized key: "color"',
    ]);
    const long = await region.play({ ['x'.repeat(5000)]: 1 });
    expect(JSON.stringify(long.body).length).toBeLessThan(1000);
  });
});

describe('bodies without an end', () => {
  it('are left once they are too long, though nobody said how long they are', async () => {
    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half', headers: { Authorization: 'Bearer account-a' } };
    const response = await region.backend.fetch(new Request('http://region/v1/plays', init as RequestInit), {
      clientAddress: '198.51.100.7',
    });
    expect(response.status).toBe(413);
    expect(sentBytes).toBeLessThan(512 * 1024);
  });
});

describe('bodies that break off', () => {
  it.each([{}, { 'Content-Length': '5000' }])("are nobody's fault here: %o", async (headers) => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"titleId":')),
      pull: (controller) => controller.error(new Error('aborted')),
    });
    const init = {
      method: 'POST',
      body: broken,
      duplex: 'half',
      headers: { ...headers, Authorization: 'Bearer account-a' },
    };
    expect(await answered(new Request('http://region/v1/plays', init as RequestInit))).toBe(400);
  });
});

describe('secrets', () => {
  it('are in no log and no error, whatever was asked', async () => {
    const secrets = { account: 'account-a-very-secret', media: mediaToken };
    const quiet = await liveRegion({ config: { ...config, viewerToken: 'viewer-very-secret' } });
    const answers = [
      await quiet.play({}, { token: secrets.account }),
      await quiet.play({ accessToken: secrets.account }, { token: secrets.account }),
      await quiet.play(
        {},
        { token: undefined, text: `{"accessToken":"${secrets.account}"`, headers: { 'Content-Type': 'text/plain' } },
      ),
      await quiet.call('GET', '/v1/fleet', { token: secrets.account }),
      await quiet.call('PUT', '/v1/titles/film', { token: 'viewer-very-secret', body: {} }),
      await quiet.call('POST', `/v1/plays/${playId}/end`, { token: secrets.media }),
      await quiet.call('GET', `/v1/origin/${secrets.media}/nothing`),
      await quiet.call('GET', `/v1/telemetry/${secrets.media}`),
      await quiet.call('GET', `/v1/nowhere/${secrets.media}`),
    ];
    const errors = answers.filter(({ status }) => status >= 400);
    expect(errors.length).toBeGreaterThanOrEqual(6);
    expectError(errors[0] ?? expect.fail('no error'), 'request/malformed-json');
    const said = JSON.stringify([quiet.logged, errors.map(({ body }) => body)]);
    for (const secret of [
      secrets.account,
      secrets.media.slice(-32),
      'viewer-very-secret',
      config.operatorToken,
      config.urlKey,
    ])
      expect(said).not.toContain(secret);
  });
});
