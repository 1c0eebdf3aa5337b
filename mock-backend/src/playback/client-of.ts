import type { ClientNetwork } from '@pressplay/protocol/messages';
import { type Address, parseAddress } from '@pressplay/protocol/routes';
import { CLIENT_ADDRESS_HEADER } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import type { Location } from '../fleet/distance.ts';
import type { FindNetwork } from '../licensing/client-networks.ts';

export interface Client {
  readonly address: Address;
  readonly location: Location | undefined;
  readonly network: ClientNetwork;
}

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
  return {
    address,
    location: found && { latitude: found.latitude, longitude: found.longitude },
    network: {
      address: address.text,
      ...(found && { country: found.country, asn: found.asn, provider: found.provider }),
    },
  };
}
