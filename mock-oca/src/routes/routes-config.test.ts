import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RoutesConfig } from './routes-config.ts';

const page = readFileSync(new URL('../../../docs/guide/peering.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text).routes);

describe('the configuration of routes', () => {
  it.each(examples)('is as the guide to peering shows it: %j', (routes) => {
    expect(RoutesConfig.safeParse(routes).error).toBeUndefined();
  });

  it('is in the guide twice', () => expect(examples).toHaveLength(2));

  it('may be the plain list', () => {
    const list = [{ prefix: '198.51.100.0/24', asPath: [], med: 0 }];
    expect(RoutesConfig.parse(list)).toEqual({ source: 'static', routes: list });
  });

  it.each([
    [{ source: 'file', path: 'relative.json' }],
    [{ source: 'bgp', routerId: '192.0.2.1', asn: 64999, peers: [] }],
    [{ source: 'bgp', daemon: 'attach', protocols: ['all; down'] }],
    [{ source: 'ospf' }],
  ])('refuses %j', (routes) => {
    expect(RoutesConfig.safeParse(routes).success).toBe(false);
  });
});
