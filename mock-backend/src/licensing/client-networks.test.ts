import { parseAddress } from '@pressplay/protocol/routes';
import { expect, it } from 'vitest';
import { NETWORKS } from '../testing/test-region.ts';
import { clientNetworks } from './client-networks.ts';

it('finds the longest prefix that holds the address, or nothing', () => {
  const find = clientNetworks(NETWORKS);
  const countryOf = (text: string) => {
    const address = parseAddress(text);
    return address && find(address)?.country;
  };
  expect(countryOf('198.51.100.7')).toBe('US');
  expect(countryOf('198.51.100.200')).toBe('GB');
  expect(countryOf('2001:db8:a::1')).toBe('US');
  expect(countryOf('8.8.8.8')).toBeUndefined();
});

it('refuses a table with a prefix that is none', () => {
  const [first] = NETWORKS;
  expect(() => clientNetworks(first ? [{ ...first, prefix: '198.51.100.0' }] : [])).toThrow('198.51.100.0');
});
