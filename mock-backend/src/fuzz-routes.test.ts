import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_ROUTES } from './operations/api-routes.ts';
import { requireDocumented } from './testing/documented-answers.ts';
import { FUZZED_OCA, strangeRequests } from './testing/strange-requests.ts';
import { config, liveRegion } from './testing/test-region.ts';

/** Answered by the process alone, and to everybody alike. */
const OF_THE_PROCESS = ['/metrics'];
/** What they need is not in this region: an origin, playlists of the title, the state that a manifest gave. */
const ALWAYS_REFUSED = ['/v1/origin/', '/main.m3u8', '/steering/{mouth}', '/v1/telemetry/{token}'];
const ROUTES = API_ROUTES.filter(({ path }) => !OF_THE_PROCESS.includes(path));

it.each(ROUTES.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
  '%s answers whatever is asked as it is documented, and never with a 500',
  { timeout: 300_000 },
  async (_, route) => {
    const region = await liveRegion();
    const { body: play } = await region.play({ manifests: true });
    const [, ticket = '', permit = ''] = /\/v1\/manifests\/([^/]+)\/([^/]+)\//.exec(play.manifests.hls) ?? [];
    const keys = {
      account: 'account-a',
      operator: config.operatorToken,
      oca: config.ocaTokenFor(FUZZED_OCA),
      media: play.token,
      ticket,
      permit,
      playId: play.playId,
    };
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(strangeRequests(route, keys), async ({ method, path, headers, body }) => {
        const request = new Request(`http://region${path}`, { method, headers, ...(body && { body }) });
        const response = await region.backend.fetch(request, { clientAddress: '198.51.100.7' });
        const text = await response.text();
        const { status } = response;
        statuses.add(status);
        expect(status, text).not.toBe(500);
        const isJson = response.headers.get('Content-Type')?.includes('json');
        requireDocumented({ method, path, status, headers: response.headers, body: isJson ? JSON.parse(text) : text });
      }),
      { numRuns: route.path === '/v1/plays' ? 400 : 60 },
    );
    // What is refused all the time proves little.
    if (!ALWAYS_REFUSED.some((part) => route.path.includes(part)))
      expect([...statuses].some((status) => status < 400)).toBe(true);
    expect(region.logged.filter(({ level }) => level === 'error')).toEqual([]);
  },
);
