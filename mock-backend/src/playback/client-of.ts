import type { ClientNetwork, ClientNetworkEntry } from '@pressplay/protocol/messages';
import { type Address, parseAddress } from '@pressplay/protocol/routes';
import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import type { Location } from '../fleet/distance.ts';
import type { FindNetwork } from '../licensing/client-networks.ts';

export interface Client {
  readonly address: Address;
  readonly location: Location | undefined;
  readonly network: ClientNetwork;
  readonly networkJson: string;
}

/** What of the text is the same for all clients of a network. */
const tails = new WeakMap<ClientNetworkEntry, string>();

/** Who asks: the connection's address, or the one the header names where that is trusted. */
export function clientOf(
  peerAddress: string,
  headerAddress: string | undefined,
  trustHeader: boolean,
  findNetwork: FindNetwork,
): Client {
  const text = trustHeader && headerAddress !== undefined ? headerAddress : peerAddress;
  const address = parseAddress(text.trim());
  if (!address) {
    const where = text === headerAddress ? `The header ${CLIENT_ADDRESS_HEADER}` : 'The connection';
    throw new ApiError('request/invalid', `${where} names no IP address: expected one as 203.0.113.7 or 2001:db8::7.`, {
      address: text.slice(0, 64),
    });
  }
  const found = findNetwork(address);
  // As parsed: digits, dots and colons.
  const head = `{"address":"${address.text}"`;
  if (!found) return { address, location: undefined, network: { address: address.text }, networkJson: `${head}}` };
  const { country, asn, provider, latitude, longitude } = found;
  return {
    address,
    location: { latitude, longitude },
    network: { address: address.text, country, asn, provider },
    networkJson: head + tailOf(found),
  };
}

function tailOf(entry: ClientNetworkEntry): string {
  const known = tails.get(entry);
  if (known !== undefined) return known;
  const { country, asn, provider } = entry;
  const tail = `,${JSON.stringify({ country, asn, provider }).slice(1)}`;
  tails.set(entry, tail);
  return tail;
}
