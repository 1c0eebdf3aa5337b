import { describe, expect, it } from 'vitest';
import { announcedRoutes } from './announced-routes.ts';

const route = (prefix: string, asPath: number[] = [], med = 0) => ({ prefix, asPath, med });

describe('announced routes', () => {
  it.each(['198.51.100.0/24', '0.0.0.0/0', '::/0', '2001:db8:a::/48', '127.30.1.0/24'])('takes %s', (prefix) => {
    expect(announcedRoutes([route(prefix)])).toEqual([route(prefix)]);
  });

  it.each(['198.51.100.0', '198.51.100.0/33', '300.1.1.0/24', '2001:db8::/129', 'fjord', ''])(
    'refuses %j',
    (prefix) => {
      expect(() => announcedRoutes([route(prefix)])).toThrow(/CIDR/);
    },
  );

  it('keeps the better of two for one prefix', () => {
    const routes = [route('10.0.0.0/8', [1, 2]), route('10.0.0.0/8', [3], 5), route('10.0.0.0/8', [4], 1)];
    expect(announcedRoutes(routes)).toEqual([route('10.0.0.0/8', [4], 1)]);
  });
});
