import { describe, expect, it } from 'vitest';
import { type AnsweredRequest, accessLevel, loggedPath } from './access-line.ts';

const answered = (changes: Partial<AnsweredRequest> = {}): AnsweredRequest => ({
  method: 'POST',
  route: '/v1/plays',
  path: '/v1/plays',
  status: 200,
  code: undefined,
  tookMs: 3,
  isPrefetch: false,
  ...changes,
});

describe('the line of a request', () => {
  it('is quiet for what comes thousands of times a second, refused or not', () => {
    expect(accessLevel(answered())).toBe('debug');
    expect(accessLevel(answered({ status: 403, code: 'licence/territory' }))).toBe('debug');
    expect(accessLevel(answered({ method: 'PUT', route: '/v1/ocas/:ocaId/health' }))).toBe('debug');
    expect(accessLevel(answered({ method: 'GET', route: '/v1/titles' }))).toBe('debug');
  });

  it('is heard for what changes the service, and for what failed or was slow', () => {
    for (const route of [
      '/v1/titles/:titleId',
      '/v1/sites/:siteId/routes',
      '/v1/ocas/:id/drain',
      '/v1/sites/:id/drain',
    ])
      expect(accessLevel(answered({ method: 'PUT', route }))).toBe('info');
    expect(accessLevel(answered({ method: 'DELETE', route: '/v1/ocas/:id/drain' }))).toBe('info');
    expect(accessLevel(answered({ status: 503 }))).toBe('warn');
    expect(accessLevel(answered({ tookMs: 1000 }))).toBe('warn');
  });

  it('shows where, and nothing that opens anything', () => {
    const route = '/v1/manifests/:token/:permit/main.mpd';
    expect(loggedPath({ route, path: '/v1/manifests/abc-def/a96.v240/main.mpd' })).toBe(
      '/v1/manifests/***/a96.v240/main.mpd',
    );
    const token = `65a-${'a'.repeat(32)}-film-${'b'.repeat(32)}`;
    expect(loggedPath({ route: '/*', path: `/elsewhere/${token}` })).not.toContain('b'.repeat(32));
    expect(loggedPath({ route: '/*', path: `/${'x'.repeat(9000)}` })).toHaveLength(200);
  });
});
