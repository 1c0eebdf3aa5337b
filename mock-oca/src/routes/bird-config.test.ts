import { describe, expect, it } from 'vitest';
import { birdConfig, passwordIn } from './bird-config.ts';
import { StartedBgp } from './routes-config.ts';

const config = (peer: object): StartedBgp =>
  StartedBgp.parse({
    source: 'bgp',
    routerId: '192.0.2.2',
    asn: 64999,
    peers: [{ address: '192.0.2.1', asn: 64501, ...peer }],
    maxRoutes: 2000,
  });
const text = (peer: object) => birdConfig(config(peer), (path) => `what ${path} holds`);

describe("BIRD's configuration", () => {
  it('learns and announces nothing, with a limit', () => {
    expect(text({})).toContain('neighbor 192.0.2.1 port 179 as 64501;');
    expect(text({})).toContain('ipv4 { import all; export none; import limit 4000 action restart; };');
    expect(text({})).not.toContain('protocol kernel');
    expect(text({})).not.toContain('ipv6 {');
    expect(text({})).not.toContain('passive');
  });

  it('takes the family of the router where none is named', () => {
    expect(text({ address: '2001:db8::1' })).toContain('ipv6 {');
    expect(text({ address: '2001:db8::1' })).not.toContain('ipv4 {');
    expect(text({ families: ['ipv4', 'ipv6'] })).toMatch(/ipv4 \{[\s\S]*ipv6 \{/);
  });

  it('says what is asked for', () => {
    const asked = text({ passive: true, multihop: 3, localAddress: '192.0.2.2', passwordFile: '/etc/isp' });
    expect(asked).toContain('  passive on;\n');
    expect(asked).toContain('  multihop 3;\n');
    expect(asked).toContain('  local 192.0.2.2 port 179 as 64999;\n');
    expect(asked).toContain('  password "what /etc/isp holds";\n');
  });

  it('is not open to what is no address, no path and no password', () => {
    expect(() => config({ address: '192.0.2.1; }' })).toThrow();
    expect(() => config({ passwordFile: '/etc/"; }' })).toThrow();
    expect(() => passwordIn('a"; }', '/etc/isp')).toThrow(/\/etc\/isp must hold a password/);
    expect(() => passwordIn('\n', '/etc/isp')).toThrow();
    expect(passwordIn('a good one\n', '/etc/isp')).toBe('a good one');
  });
});
