import { hmacSha256Hex } from './sha256.ts';

/** The keys of one fleet, all from its secret. */
export interface FleetKeys {
  readonly urlKey: string;
  readonly controlToken: string;
  readonly operatorToken: string;
  ocaTokenFor(ocaId: string): string;
  /** A bearer token of an account, in a form that only in-memory fleets accept. Without limits where it names no plan. */
  accessTokenFor(accountId: string, planId?: string): string;
  verifyAccessToken(token: string): Promise<{ accountId: string; planId?: string } | undefined>;
}

export function fleetKeysOf(secret: string): FleetKeys {
  const derive = (purpose: string): string => hmacSha256Hex(secret, purpose);
  const accessTokenFor = (accountId: string, planId = ''): string => {
    const named = planId === '' ? accountId : `${accountId}/${planId}`;
    return `${named}.${derive(`accounts:${named}`)}`;
  };
  return {
    urlKey: derive('media-urls'),
    controlToken: derive('control'),
    operatorToken: derive('operator'),
    ocaTokenFor: remembered((ocaId) => derive(`oca:${ocaId}`)),
    accessTokenFor,
    verifyAccessToken: async (token) => {
      const named = token.slice(0, Math.max(0, token.lastIndexOf('.')));
      if (named === '' || token !== accessTokenFor(named)) return undefined;
      const [accountId = '', planId] = named.split('/', 2);
      return { accountId, ...(planId !== undefined && { planId }) };
    },
  };
}

/** Every report of every OCA asks for the same few. */
function remembered(derive: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const value = known.get(name) ?? derive(name);
    known.set(name, value);
    return value;
  };
}
