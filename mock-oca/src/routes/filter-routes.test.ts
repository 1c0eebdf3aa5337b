import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RouteRules, routeFilter } from './filter-routes.ts';

const RULES: RouteRules = {
  own: ['23.9.9.0/29'],
  longest4: 24,
  longest6: 48,
  takeReserved: false,
  refuseCommunities: ['64501:666', '64501:1:2'],
  maxRoutes: 1000,
};
const route = (prefix: string, communities: string[] = []) => ({ prefix, asPath: [64501], med: 7, communities });
const judge = (prefix: string, rules: Partial<RouteRules> = {}, communities: string[] = []) => {
  const { routes, refused } = routeFilter({ ...RULES, ...rules })([route(prefix, communities)]);
  return routes.length === 1 ? 'taken' : Object.keys(refused).join();
};

describe('of what a router announces', () => {
  it.each([
    ['23.1.0.0/16', 'taken'],
    ['23.1.2.0/24', 'taken'],
    ['2a0a:1::/32', 'taken'],
    ['2a0a:1:2::/48', 'taken'],
    ['0.0.0.0/0', 'default'],
    ['::/0', 'default'],
    ['0.0.0.0/1', 'too-short'],
    ['128.0.0.0/1', 'too-short'],
    ['2000::/3', 'too-short'],
    ['23.1.2.0/25', 'too-long'],
    ['23.1.2.3/32', 'too-long'],
    ['2a0a:1:2:3::/64', 'too-long'],
    ['10.1.0.0/16', 'reserved'],
    ['100.64.0.0/10', 'reserved'],
    ['192.168.7.0/24', 'reserved'],
    ['198.51.100.0/24', 'reserved'],
    ['240.0.0.0/8', 'reserved'],
    ['2001:db8:a::/48', 'reserved'],
    ['fd00::/16', 'reserved'],
    ['fe80::/16', 'reserved'],
    ['23.9.9.0/30', 'own'],
    ['fjord', 'invalid'],
  ])('%s is %s', (prefix, verdict) => {
    expect(judge(prefix)).toBe(verdict);
  });

  it('only what the site may announce is taken, where it says what that is', () => {
    const allow = ['23.0.0.0/12', '2a0a::/29'];
    expect(judge('23.1.0.0/16', { allow })).toBe('taken');
    expect(judge('23.0.0.0/12', { allow })).toBe('taken');
    expect(judge('23.0.0.0/11', { allow })).toBe('not-allowed');
    expect(judge('24.1.0.0/16', { allow })).toBe('not-allowed');
    expect(judge('2a0a:7::/32', { allow })).toBe('taken');
    expect(judge('2a0b::/32', { allow })).toBe('not-allowed');
    expect(judge('23.1.0.0/16', { allow: [] })).toBe('not-allowed');
  });

  it('what the ISP marks as not for us is left out', () => {
    expect(judge('23.1.0.0/16', {}, ['64501:100', '64501:666'])).toBe('community');
    expect(judge('23.1.0.0/16', {}, ['64501:1:2'])).toBe('community');
    expect(judge('23.1.0.0/16', {}, ['64501:6666'])).toBe('taken');
  });

  it('a laboratory may take reserved networks', () => {
    expect(judge('198.51.100.0/24', { takeReserved: true })).toBe('taken');
    expect(judge('0.0.0.0/0', { takeReserved: true })).toBe('default');
  });

  it('each is counted once, and no more are taken than the limit', () => {
    const length = fc.integer({ min: 0, max: 32 });
    const prefix = fc.tuple(fc.ipV4(), length).map(([address, bits]) => `${address}/${bits}`);
    fc.assert(
      fc.property(fc.array(prefix), fc.integer({ min: 0, max: 5 }), (prefixes, maxRoutes) => {
        const { routes, refused } = routeFilter({ ...RULES, maxRoutes })(prefixes.map((each) => route(each)));
        const counted = Object.values(refused).reduce((sum, count) => sum + count, 0);
        expect(routes.length + counted).toBe(prefixes.length);
        expect(routes.length).toBeLessThanOrEqual(maxRoutes);
      }),
    );
  });

  it('what is no prefix is no rule', () => {
    expect(() => routeFilter({ ...RULES, allow: ['fjord'] })).toThrow(/"fjord" is no prefix/);
  });
});
