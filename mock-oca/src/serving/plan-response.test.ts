import { createHmac } from 'node:crypto';
import { fillPlayId, type HmacSha256Hex, networkOf, signMediaToken } from '@pressplay/protocol/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planResponse, type RequestHead, type ServingState } from './plan-response.ts';
import { rememberedTokens } from './remembered-tokens.ts';

const hmac: HmacSha256Hex = (key, text) => createHmac('sha256', key).update(text).digest('hex');
const fileId = '00000010aaaaaaaaaaaaaaaaaaaaaaaa';
const playId = '0123456789abcdef0123456789abcdef';
const nowMs = 1_800_000_000_000;
const sizeBytes = 1000;
const token = signMediaToken({ expiresAtS: nowMs / 1000 + 60, playId, scope: 'film' }, 'key', hmac);
const path = `/${token}/${fileId}`;

const state: ServingState = {
  urlKey: 'key',
  verifyToken: rememberedTokens(hmac),
  fileOf: (id) => (id === fileId ? { fileId, titleId: 'film', sizeBytes, sha256: '' } : undefined),
  faults: [],
  admission: {
    connections: 0,
    maxConnections: 10,
    shed: false,
    strainShare: 0,
    aheadMs: () => 0,
    isRunning: () => false,
  },
};

function plan(head: Partial<RequestHead> = {}, changes: Partial<ServingState> = {}, atMs = nowMs) {
  return planResponse(
    { method: 'GET', target: path, headers: {}, clientAddress: '198.51.100.7', ...head },
    { ...state, ...changes },
    atMs,
  );
}

function codeOf(answer: ReturnType<typeof plan>): string | undefined {
  return answer.body.kind === 'text' ? JSON.parse(answer.body.text).error.code : undefined;
}

it('calls a file what the control plane calls it, and media without a name MP4', () => {
  const playlist = { fileId, titleId: 'film', sizeBytes, sha256: '', contentType: 'application/vnd.apple.mpegurl' };
  expect(plan({}, { fileOf: () => playlist }).headers['Content-Type']).toBe('application/vnd.apple.mpegurl');
  expect(plan().headers['Content-Type']).toBe('video/mp4');
});

it('sends a viewer no more than he asks for, nor than it may, and a neighbour as much as it can', () => {
  const asks = (kbps: number): string => `${path}?CMCD=rtp%3D${kbps}`;
  expect(plan({ target: asks(5000) }).paceBps).toBe(5_000_000);
  expect(plan({ target: asks(5000) }, { paceBps: 8_000_000 }).paceBps).toBe(5_000_000);
  expect(plan({ target: asks(9000) }, { paceBps: 8_000_000 }).paceBps).toBe(8_000_000);
  const claims = { expiresAtS: nowMs / 1000 + 60, playId: fillPlayId('fjord-1-b'), scope: 'film' };
  const copy = `/${signMediaToken(claims, 'key', hmac)}/${fileId}?CMCD=rtp%3D5000`;
  expect(plan({ target: copy }).paceBps).toBeUndefined();
});

describe('ranges', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-499', 0, 500],
    ['bytes=500-', 500, 1000],
    ['bytes=999-', 999, 1000],
    ['bytes=900-5000', 900, 1000],
    ['bytes=-1', 999, 1000],
    ['bytes=-5000', 0, 1000],
    ['Bytes=1-2', 1, 3],
    ['bytes= 1-2 ', 1, 3],
    ['bytes=0-9223372036854775807', 0, 1000],
    ['bytes=5000-,1-2', 1, 3],
    ['bytes= 1 - 2 , 5000-', 1, 3],
  ])('%s is answered with its part', (range, startByte, endByte) => {
    const answer = plan({ headers: { range } });
    expect(answer).toMatchObject({ status: 206, body: { kind: 'file', fileId, startByte, endByte } });
    expect(answer.headers['Content-Range']).toBe(`bytes ${startByte}-${endByte - 1}/1000`);
    expect(answer.headers['Content-Length']).toBe(String(endByte - startByte));
  });

  it.each([
    'bytes=1000-',
    'bytes=1000-1001',
    'bytes=-0',
    'bytes=5-2',
    'bytes=-',
    'bytes=0-1,',
    'bytes=- 5',
    'bytes=5000-,6000-',
    `bytes=0-${'9'.repeat(40)}`,
    'bytes=a-b',
    'bytes=1',
    'bytes=1-2-3',
    'bytes=1.5-2',
    'bytes=-1-2',
    `bytes=${'9'.repeat(400)}-`,
  ])('%s is not satisfiable', (range) => {
    const answer = plan({ headers: { range } });
    expect(answer.status).toBe(416);
    expect(answer.headers['Content-Range']).toBe('bytes */1000');
    expect(codeOf(answer)).toBe('range/unsatisfiable');
  });

  it.each(['bytes=0-1,5-6', 'bytes=0-1, 5-6', 'bytes=0-1,2-3,x', 'items=0-1', 'bytes =0-1', 'bytes=', ''])(
    '"%s" is answered with the whole file',
    (range) => {
      expect(plan({ headers: { range } })).toMatchObject({
        status: 200,
        body: { kind: 'file', startByte: 0, endByte: 1000 },
      });
    },
  );

  it('never leaves the file, whatever is asked', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^bytes=[0-9,\- ]{0,12}$/), (range) => {
        const { status, body } = plan({ headers: { range } });
        if (body.kind === 'file')
          expect(body.startByte >= 0 && body.startByte < body.endByte && body.endByte <= sizeBytes).toBe(true);
        else expect(status).toBe(416);
      }),
    );
  });

  it('tell HEAD what GET would get', () => {
    expect(plan({ method: 'HEAD', headers: { range: 'bytes=0-1' } })).toMatchObject({
      status: 206,
      headers: { 'Content-Length': '2' },
      body: { kind: 'none' },
    });
  });
});

describe('conditions', () => {
  const etag = '"10-3e8"';
  const modified = 'Thu, 01 Jan 1970 00:00:16 GMT';

  it('carries the validators that every OCA has', () => {
    expect(plan().headers).toMatchObject({ ETag: etag, 'Last-Modified': modified, 'Accept-Ranges': 'bytes' });
  });

  it.each([
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `W/${etag}` }, 304],
    [{ 'if-none-match': `"x", ${etag}` }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': modified }, 200],
    [{ 'if-modified-since': modified }, 304],
    [{ 'if-modified-since': 'Thu, 01 Jan 1970 00:00:17 GMT' }, 200],
    [{ 'if-modified-since': 'Thursday, 01-Jan-70 00:00:16 GMT' }, 304],
    [{ 'if-modified-since': 'Thu Jan  1 00:00:16 1970' }, 304],
    [{ 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:17 GMT' }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': `W/${etag}` }, 412],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-unmodified-since': modified }, 200],
    [{ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:15 GMT' }, 412],
    [{ 'if-unmodified-since': 'yesterday' }, 412],
    [{ range: 'bytes=0-1', 'if-range': etag }, 206],
    [{ range: 'bytes=0-1', 'if-range': modified }, 206],
    [{ range: 'bytes=0-1', 'if-range': `W/${etag}` }, 200],
    [{ range: 'bytes=0-1', 'if-range': '"x"' }, 200],
    [{ range: 'bytes=5000-', 'if-range': '"x"' }, 200],
  ])('%j gives %i', (headers, status) => {
    expect(plan({ headers: headers as Record<string, string> }).status).toBe(status);
  });
});

describe('who may have a file', () => {
  const sign = (scope: string, key = 'key') =>
    signMediaToken({ expiresAtS: nowMs / 1000 + 60, playId, scope }, key, hmac);

  it('names the play of the token', () => {
    expect(plan().claims).toEqual({ playId, title: 'film' });
  });

  it.each([
    ['another key', `/${sign('film', 'other')}/${fileId}`, 403, 'token/bad-signature'],
    ['no token at all', `/nothing/${fileId}`, 403, 'token/malformed'],
    ['another title', `/${sign('series')}/${fileId}`, 403, 'token/wrong-title'],
    ['an unknown file', `/${token}/${'f'.repeat(32)}`, 404, 'file/unknown'],
    ['an unknown file without a token', `/x/${'f'.repeat(32)}`, 403, 'token/malformed'],
  ])('%s: %s', (_what, target, status, code) => {
    const answer = plan({ target });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  it('refuses a token from its last second on', () => {
    expect(plan({}, {}, nowMs + 59_999).status).toBe(200);
    expect(codeOf(plan({}, {}, nowMs + 60_000))).toBe('token/expired');
  });

  it('never repeats a signature in an error, and lets every origin read it', () => {
    const signature = token.slice(-32);
    const targets = [
      path,
      `${path}/`,
      `/${token}`,
      `/${token}/${'f'.repeat(32)}`,
      `/${token}x/${fileId}`,
      `//${token}/${fileId}`,
    ];
    for (const target of targets) {
      const answer = plan({ target, headers: { range: 'bytes=9999-' } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(answer)).not.toContain(signature);
      expect(answer.headers).toMatchObject({
        'Access-Control-Allow-Origin': '*',
        'Timing-Allow-Origin': '*',
        'Content-Type': 'application/json',
      });
    }
  });
});

describe('paths', () => {
  it('ignores the query, where CMCD lives', () => {
    expect(plan({ target: `${path}?CMCD=bl%3D1000&x=../..` }).status).toBe(200);
  });

  it.each([
    '',
    '/',
    '*',
    '/favicon.ico',
    `/${token}`,
    `/${token}/`,
    `${path}/`,
    `${path}/..`,
    `/../${token}/${fileId}`,
    `/${token}/../${fileId}`,
    `/${token}/..%2f${fileId}`,
    `/${token}%2f${fileId}`,
    `/%2e%2e/${fileId}`,
    `/${token}/${fileId}%00`,
    `/${token}/${fileId}\0`,
    `//${token}/${fileId}`,
    `/${token}//${fileId}`,
    `/${token}\\${fileId}`,
    `/${token}/${fileId.toUpperCase()}`,
    `/${token}/${fileId}.mp4`,
    `http://host${path}`,
    `/${'a'.repeat(300)}/${fileId}`,
    `${path}?${'x'.repeat(5000)}`,
    `/./${token}/${fileId}`,
    `${path}#x`,
  ])('%j is no path of an OCA', (target) => {
    const answer = plan({ target });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'path/invalid']);
  });
});

describe('methods', () => {
  it('answers a preflight for a long time, whatever the path', () => {
    const answer = plan({ method: 'OPTIONS', target: '*' });
    expect(answer).toMatchObject({ status: 204, body: { kind: 'none' } });
    expect(answer.headers['Access-Control-Allow-Headers']).toMatch(/Range.*If-Range/);
    expect(Number(answer.headers['Access-Control-Max-Age'])).toBeGreaterThanOrEqual(86_400);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'get'])('%s is not allowed', (method) => {
    const answer = plan({ method });
    expect([answer.status, codeOf(answer), answer.headers.Allow]).toEqual([
      405,
      'request/method-not-allowed',
      'GET, HEAD, OPTIONS',
    ]);
  });

  it('gives HEAD what GET would say, without its body', () => {
    const { body, ...get } = plan();
    expect(body.kind).toBe('file');
    expect(plan({ method: 'HEAD' })).toEqual({ ...get, body: { kind: 'none' } });
  });
});

describe('tokens', () => {
  const claims = { expiresAtS: nowMs / 1000 + 60, playId, scope: 'film' };
  const withToken = (made: string) => path.replace(/^\/[^/]+/, `/${made}`);

  it('of a key that is being rotated open files until its time is over', () => {
    const target = withToken(signMediaToken(claims, 'last', hmac));
    const acceptedUrlKeys = [{ key: 'last', acceptUntilMs: nowMs + 1000 }];
    expect(codeOf(plan({ target }))).toBe('token/bad-signature');
    expect(plan({ target }, { acceptedUrlKeys }).status).toBe(200);
    expect(codeOf(plan({ target }, { acceptedUrlKeys }, nowMs + 1000))).toBe('token/bad-signature');
  });

  it('bound to a network open files for its clients alone', () => {
    const target = withToken(signMediaToken({ ...claims, network: networkOf('198.51.100.1') }, 'key', hmac));
    expect(plan({ target }).status).toBe(200);
    const stranger = plan({ target, clientAddress: '203.0.113.7' });
    expect([stranger.status, codeOf(stranger)]).toEqual([403, 'token/wrong-network']);
  });
});

describe('admission and faults', () => {
  it.each([
    ['full', { connections: 10 }, 'connections'],
    ['unwell', { shed: true }, 'shedding'],
    ['promised to others', { aheadMs: () => 1e6 }, 'capacity'],
    ['out of breath', { strainShare: 9 }, 'strain'],
  ])('refuses when %s, and says why and when to come again', (_what, changes, reason) => {
    const answer = plan({}, { admission: { ...state.admission, ...changes } });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'oca/overloaded']);
    const { context } = JSON.parse(answer.body.kind === 'text' ? answer.body.text : '').error;
    expect(context).toMatchObject({ work: 'new-play', reason });
    expect(answer.headers['Retry-After']).toBe(String(context.retryAfterS));
  });

  it('refuses who only looks around before a copy, a copy before a new play, and that before a play it serves', () => {
    const tokenOf = (id: string) =>
      signMediaToken({ expiresAtS: nowMs / 1000 + 60, playId: id, scope: 'film' }, 'key', hmac);
    const running = 'f'.repeat(32);
    const asks = {
      prefetch: `/${tokenOf(running)}/${fileId}?CMCD=mtp%3D100%2Cnr`,
      fill: `/${tokenOf(fillPlayId('fjord-1-b'))}/${fileId}`,
      'new-play': `${path}?CMCD=nor%3D%22nr%22%2Crtp%3D9000`,
      'running-play': `/${tokenOf(running)}/${fileId}`,
    };
    const servedAt = (connections: number): string[] => {
      const admission = {
        ...state.admission,
        connections,
        maxConnections: 100,
        isRunning: (id: string) => id === running,
      };
      const plans = Object.values(asks).map((target) => plan({ target }, { admission }));
      expect(plans.map(({ work }) => work)).toEqual(Object.keys(asks));
      return plans.filter(({ status }) => status === 200).map(({ work }) => String(work));
    };
    expect(servedAt(74)).toEqual(['prefetch', 'fill', 'new-play', 'running-play']);
    expect(servedAt(75)).toEqual(['fill', 'new-play', 'running-play']);
    expect(servedAt(80)).toEqual(['new-play', 'running-play']);
    expect(servedAt(90)).toEqual(['running-play']);
    expect(servedAt(100)).toEqual([]);
  });

  it('carries the pace of the OCA', () => {
    expect(plan({}, { paceBps: 8_000_000 }).paceBps).toBe(8_000_000);
  });

  it('does not pace an OCA that copies the file', () => {
    const claims = { expiresAtS: nowMs / 1000 + 60, playId: fillPlayId('fjord-1-b'), scope: 'film' };
    const target = path.replace(/^\/[^/]+/, `/${signMediaToken(claims, state.urlKey, hmac)}`);
    const copy = plan({ target }, { paceBps: 8_000_000 });
    expect(copy.status).toBe(200);
    expect(copy.paceBps).toBeUndefined();
  });

  it('has no fault where none is on for this client and file', () => {
    expect(plan().fault).toBeUndefined();
    const faults = [
      { kind: 'status', status: 500, clientPrefix: '203.' },
      { kind: 'status', status: 500, fileId: 'f'.repeat(32) },
    ] as const;
    expect(plan({}, { faults: [...faults] }).fault).toBeUndefined();
  });

  it('answers with the status that is switched on', () => {
    const answer = plan({}, { faults: [{ kind: 'status', status: 503, retryAfterS: 7, clientPrefix: '198.51.100.' }] });
    expect([answer.status, codeOf(answer), answer.headers['Retry-After']]).toEqual([503, 'oca/fault', '7']);
  });
});

describe('what is said of load', () => {
  const cmsdDynamic = (_playId: string, forced: boolean): string => `"oca";etp=1${forced ? ';du' : ''}`;

  it('goes out with media and with refusals for load, for who has a token', () => {
    const headersOf = (changes: Partial<ServingState>, target = path) =>
      plan({ target }, { cmsdDynamic, ...changes }).headers['CMSD-Dynamic'];
    expect(headersOf({})).toBe('"oca";etp=1');
    expect(headersOf({ admission: { ...state.admission, connections: 10 } })).toBe('"oca";etp=1');
    expect(headersOf({}, `/nonsense/${fileId}`)).toBeUndefined();
    expect(headersOf({ faults: [{ kind: 'duress', clientPrefix: '198.51.' }] })).toBe('"oca";etp=1;du');
    expect(headersOf({ faults: [{ kind: 'duress', clientPrefix: '203.0.' }] })).toBe('"oca";etp=1');
  });
});
