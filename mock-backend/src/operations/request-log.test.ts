import { describe, expect, it } from 'vitest';
import { config, liveRegion, type TestRegion, testRegion } from '../testing/test-region.ts';

const lineOf = ({ logged }: TestRegion) => logged.filter(({ message }) => message === 'request').at(-1);

describe('the id of a request', () => {
  it("is the caller's own where it brings one, in the answer, its error and the log", async () => {
    const region = testRegion();
    const headers = { 'X-Request-Id': 'edge-7f:1/2' };
    const answer = await region.call('GET', '/v1/titles', { headers });
    expect(answer.headers.get('X-Request-Id')).toBe('edge-7f:1/2');
    expect(answer.body.error.requestId).toBe('edge-7f:1/2');
    expect(lineOf(region)?.fields).toMatchObject({ requestId: 'edge-7f:1/2', status: 401, code: 'auth/missing' });
  });

  it.each([
    ['too long', 'a'.repeat(129)],
    ['empty', ''],
    ['with spaces and braces', '1 {"level":"error"}'],
    ['no ASCII', 'ärger'],
  ])('is ours where what comes is %s', async (_, sent) => {
    const region = testRegion();
    const answer = await region.call('GET', '/v1/health', { headers: { 'X-Request-Id': sent } });
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{32}$/);
    expect(lineOf(region)?.fields.requestId).toBe(answer.headers.get('X-Request-Id'));
  });

  it('can be sent and read by pages', async () => {
    const asked = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' };
    const preflight = await testRegion().call('OPTIONS', '/v1/plays', { headers: asked });
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toContain('X-Request-Id');
    const { headers } = await testRegion().call('GET', '/v1/health', { headers: { Origin: 'https://app.example' } });
    expect(headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
  });
});

describe('the log', () => {
  it('holds no token, no key and no permission, whatever is asked and however it goes', async () => {
    const region = await liveRegion();
    const { body: play } = await region.play({ manifests: true });
    const manifest = new URL(play.manifests.hls, 'http://region');
    const [, , , ticket = ''] = manifest.pathname.split('/');
    const ocaToken = config.ocaTokenFor('fjord-1-a');
    await region.call('GET', manifest.pathname + manifest.search);
    await region.call('GET', `${manifest.pathname}x`);
    await region.call('GET', manifest.pathname.replace('main.m3u8', 'steering/nobody'));
    await region.call('POST', `/v1/plays/${play.playId}/renew`, { token: 'account-a' });
    await region.call('POST', `/v1/telemetry/${play.token}`, { text: 'nothing of ours' });
    await region.call('GET', `/v1/telemetry/${play.token}`);
    await region.call('GET', `/v1/origin/${play.token}/0`);
    await region.call('GET', `/nowhere/${play.token}`);
    await region.call('PUT', '/v1/titles/film', { token: 'operator-token', body: {} });
    await region.call('PUT', '/v1/ocas/fjord-1-a/health', { token: ocaToken, body: {} });
    await region.call('POST', '/v1/plays', {
      body: { accessToken: 'account-a' },
      headers: { 'Content-Type': 'text/plain' },
    });
    const text = JSON.stringify(region.logged);
    const signatures = [play.token.slice(-32), ticket.slice(-32)];
    expect(text).toContain(play.playId);
    expect(text).toContain('/v1/manifests/***/a96.v240.v480.v720/main.m3u8');
    expect(ticket).toMatch(/-[0-9a-f]{32}$/);
    for (const secret of [...signatures, ocaToken, 'operator-token', 'account-a', config.urlKey])
      expect(text, `${secret} is in the log`).not.toContain(secret);
  });

  it('tells what an operator changed', async () => {
    const region = await liveRegion();
    const { level, fields } =
      lineOf({ ...region, logged: region.logged.filter(({ level: each }) => each === 'info') }) ?? {};
    expect(level).toBe('info');
    expect(fields).toMatchObject({ method: 'PUT', path: '/v1/titles/film', status: 204 });
  });
});
