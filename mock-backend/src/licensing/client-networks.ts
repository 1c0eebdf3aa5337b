import type { ClientNetworkEntry } from '@pressplay/protocol/messages';
import { type Address, parsePrefix } from '../steering/address.ts';
import { buildPrefixTable } from '../steering/prefix-table.ts';

/** Which country and provider an address belongs to: the entry with the longest prefix that holds it. */
export type FindNetwork = (address: Address) => ClientNetworkEntry | undefined;

/** Fails on a prefix that is none, so that a wrong fleet file is found at the start. */
export function clientNetworks(entries: readonly ClientNetworkEntry[]): FindNetwork {
  const table = buildPrefixTable(
    entries.map((value) => {
      const prefix = parsePrefix(value.prefix);
      if (!prefix) throw new Error(`Client network ${value.provider}: "${value.prefix}" is not an address prefix.`);
      return { prefix, value };
    }),
  );
  return (address) => table.matches(address)[0]?.values[0];
}
