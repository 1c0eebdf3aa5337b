import { expect, it } from 'vitest';
import { config, DEVICE, liveRegion, testClock } from '../testing/test-region.ts';

const REQUEST_ID = 'request-1';
const PLAY = { titleId: 'film', device: DEVICE, idempotencyKey: 'key-00000001' };
const json = (body: unknown) => JSON.stringify(body);
const token = { authorization: 'Bearer account-a' };

const ASKS: readonly [situation: string, headers: Record<string, string>, text: string, from?: string][] = [
  ['a play', token, json(PLAY)],
  ['a play of a page', { ...token, origin: 'https://page.example' }, json(PLAY)],
  ['a play of a page from elsewhere', { ...token, origin: 'https://other.example' }, json(PLAY)],
  ['the token in a body of text', { 'content-type': 'text/plain' }, json({ ...PLAY, accessToken: 'account-b' })],
  ['a play asked for ahead', token, json({ ...PLAY, intent: 'prefetch', idempotencyKey: 'key-00000002' })],
  ['a play with manifests', token, json({ ...PLAY, manifests: true })],
  ['no token', {}, json(PLAY)],
  ['a foreign token', { authorization: 'Bearer nobody' }, json(PLAY)],
  ['no JSON', token, '{'],
  ['no body', token, ''],
  ['a field too many', token, json({ ...PLAY, more: 1 })],
  ['a title that is not there', token, json({ ...PLAY, titleId: 'none' })],
  ['the key of another play', token, json({ ...PLAY, device: { ...DEVICE, maxHeightPx: 480 } })],
  ['a country without licence', token, json(PLAY), '192.0.2.7'],
  ['no address', token, json(PLAY), 'nowhere'],
  ['a device that decodes nothing', token, json({ ...PLAY, device: { videoCodecs: ['vp8'], audioCodecs: [] } })],
];

it.each(['*', ['https://page.example']] as const)(
  'answers as the route does, pages of %s allowed',
  async (corsOrigins) => {
    const clock = testClock();
    const options = { clock, config: { ...config, corsOrigins } };
    const [web, plain] = [await liveRegion(options), await liveRegion(options)];
    for (const [situation, headers, text, from = '198.51.100.7'] of ASKS) {
      const given: Record<string, string> = { ...headers, 'x-request-id': REQUEST_ID };
      const request = new Request('http://region/v1/plays', { method: 'POST', headers: given, body: text });
      const expected = await web.backend.fetch(request, { clientAddress: from });
      const header = (name: string) => given[name.toLowerCase()];
      const answer = await plain.backend.answerPlay({ header, text, clientAddress: from });
      const got = new Response(answer.body, { status: answer.status, headers: pairs(answer.headers) });
      expect([situation, got.status, [...got.headers]]).toEqual([situation, expected.status, [...expected.headers]]);
      expect(await got.text()).toBe(await expected.text());
    }
    const lines = ({ logged }: typeof web) => logged.filter(({ fields }) => fields.requestId === REQUEST_ID);
    expect(lines(plain)).toEqual(lines(web));
    expect(lines(plain)).toHaveLength(ASKS.length);
  },
);

const THE_PLAY = 'the play';
const RENEWALS: readonly [situation: string, headers: Record<string, string>, text: string, playId?: string][] = [
  ['its account', token, '{}'],
  ['a page', { ...token, origin: 'https://page.example' }, '{}'],
  ['the token in a body of text', { 'content-type': 'text/plain' }, json({ accessToken: 'account-a' })],
  ['no token', {}, '{}'],
  ['another account', { authorization: 'Bearer account-b' }, '{}'],
  ['an unknown play', token, '{}', 'f'.repeat(32)],
  ['what is no play id', token, '{}', 'film'],
];

it('renews as the route does', async () => {
  const clock = testClock();
  const [web, plain] = [await liveRegion({ clock }), await liveRegion({ clock })];
  const { playId } = (await web.play()).body;
  expect((await plain.play()).body.playId).toBe(playId);
  for (const [situation, headers, text, named = THE_PLAY] of RENEWALS) {
    const renews = named === THE_PLAY ? playId : named;
    const given: Record<string, string> = { ...headers, 'x-request-id': REQUEST_ID };
    const request = new Request(`http://region/v1/plays/${renews}/renew`, {
      method: 'POST',
      headers: given,
      body: text,
    });
    const expected = await web.backend.fetch(request, { clientAddress: '198.51.100.7' });
    const header = (name: string) => given[name.toLowerCase()];
    const answer = await plain.backend.answerPlay({ renews, header, text, clientAddress: '198.51.100.7' });
    const got = new Response(answer.body, { status: answer.status, headers: pairs(answer.headers) });
    expect([situation, got.status, [...got.headers]]).toEqual([situation, expected.status, [...expected.headers]]);
    expect(await got.text()).toBe(await expected.text());
  }
  const lines = ({ logged }: typeof web) => logged.filter(({ fields }) => fields.requestId === REQUEST_ID);
  expect(lines(plain)).toEqual(lines(web));
  expect(lines(plain)).toHaveLength(RENEWALS.length);
});

const pairs = (headers: readonly string[]) =>
  Array.from({ length: headers.length / 2 }, (_, at) => headers.slice(2 * at, 2 * at + 2)) as [string, string][];
