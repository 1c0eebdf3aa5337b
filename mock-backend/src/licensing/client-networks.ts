import type { ClientNetworkEntry } from '@pressplay/protocol/messages';
import { type Address, parsePrefix } from '@pressplay/protocol/routes';
import { packAnnouncements } from '../steering/packed-announcements.ts';
import { buildPrefixTable, familyOf, lookup } from '../steering/prefix-table.ts';

/** Which country and provider an address belongs to: the entry with the longest prefix that holds it. */
export type FindNetwork = (address: Address) => ClientNetworkEntry | undefined;

/** Fails on a prefix that is none, so that a wrong fleet file is found at the start. */
export function clientNetworks(entries: readonly ClientNetworkEntry[]): FindNetwork {
  const announced = entries.map((entry, feed) => {
    const prefix = parsePrefix(entry.prefix);
    if (!prefix) throw new Error(`Client network ${entry.provider}: "${entry.prefix}" is not an address prefix.`);
    return { prefix, feed, asPathLength: 0, med: 0 };
  });
  // Each entry takes the place of a feed; of two with the same prefix the first counts.
  const table = buildPrefixTable({
    v4: packAnnouncements(4, announced),
    v6: packAnnouncements(6, announced),
    feedClasses: new Uint8Array(entries.length),
  });
  return (address) => {
    const prefix = lookup(table, address);
    if (prefix < 0) return undefined;
    const { starts, feeds } = familyOf(table, address);
    return entries[feeds[starts[prefix] ?? 0] ?? 0];
  };
}
