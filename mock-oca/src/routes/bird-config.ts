import type { StartedBgp } from './routes-config.ts';
import { RoutesError } from './routes-error.ts';

/** Name of the session with the router of this number, counted from 1. */
export const sessionName = (number: number): string => `pressplay_${number}`;

/**
 * The whole configuration of BIRD: learns, announces nothing, and leaves the machine's own routes alone. Holds the passwords.
 * Twice as many prefixes as may be announced end the session, before a leaked table fills the memory.
 */
export function birdConfig(config: StartedBgp, passwordOf: (path: string) => string): string {
  const sessions = config.peers.map((peer, index) => session(config, peer, index + 1, passwordOf));
  return `# Written by the appliance's agent: changes are lost.
log stderr { warning, error, fatal, bug, auth, remote };
router id ${config.routerId};
protocol device { }
${sessions.join('\n')}
`;
}

type Peer = StartedBgp['peers'][number];

function session(config: StartedBgp, peer: Peer, number: number, passwordOf: (path: string) => string): string {
  const { address, asn, port, localAddress, passive, multihop, passwordFile } = peer;
  const families = peer.families ?? [address.includes(':') ? ('ipv6' as const) : ('ipv4' as const)];
  const limit = Math.max(1000, config.maxRoutes * 2);
  const lines = [
    `local ${localAddress === undefined ? '' : `${localAddress} `}port ${config.port} as ${config.asn};`,
    `neighbor ${address} port ${port} as ${asn};`,
    multihop === undefined ? '' : `multihop ${multihop};`,
    passive ? 'passive on;' : '',
    passwordFile === undefined ? '' : `password "${passwordOf(passwordFile)}";`,
    'enforce first as on;',
    'connect delay time 1;',
    'connect retry time 10;',
    'error wait time 2, 60;',
    ...families.map((family) => `${family} { import all; export none; import limit ${limit} action restart; };`),
  ];
  return `protocol bgp ${sessionName(number)} {\n${lines
    .filter((line) => line !== '')
    .map((line) => `  ${line}`)
    .join('\n')}\n}`;
}

/** What a password file holds. Throws where it could be read as more than a password; never says what it is. */
export function passwordIn(text: string, path: string): string {
  const password = text.trimEnd();
  if (password === '' || password.length > 80 || /["\\\p{C}]/u.test(password))
    throw new RoutesError(
      'routes/file-unreadable',
      `${path} must hold a password of 1 to 80 characters, without quotes and backslashes.`,
    );
  return password;
}
