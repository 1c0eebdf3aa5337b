import { createServer } from 'node:net';
import { FleetError } from './fleet-error.ts';

/** Where a fleet listens. The default is the demo's. */
export interface FleetPorts {
  readonly control: number;
  /** Regions take this port and those that follow. */
  readonly firstRegion: number;
  readonly postgres: number;
  /** All OCAs share it on addresses of their own; where they share one address, they take this and those that follow. */
  readonly oca: number;
}

export const DEFAULT_BASE_PORT = 8500;

/** One number places the whole fleet: `--port N`. */
export function portsFrom(basePort: number): FleetPorts {
  return { control: basePort, firstRegion: basePort + 1, postgres: basePort + 9, oca: basePort + 100 };
}

export interface PortClaim {
  /** Who wants it, as `region us-east-1`. */
  readonly owner: string;
  readonly host: string;
  readonly port: number;
}

/** Asks the kernel for every port at once, and gives them back. Tells the first that is taken. */
export async function findTakenPort(claims: readonly PortClaim[]): Promise<PortClaim | undefined> {
  const answers = await Promise.all(claims.map(isFree));
  return claims.find((_, index) => !answers[index]);
}

export async function assertPortsFree(claims: readonly PortClaim[]): Promise<void> {
  const taken = await findTakenPort(claims);
  if (!taken) return;
  const where = `${taken.host}:${taken.port}`;
  throw new FleetError(
    'fleet/port-in-use',
    `Port ${taken.port} is in use: ${taken.owner} cannot listen on ${where}. End the program that holds it, or choose other ports with --port N.`,
  );
}

/** A base port below the kernel's ephemeral range with everything that a fleet of this size needs free. */
export async function findFreeBasePort(random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 10_000 + Math.floor(random() * 110) * 200;
    const near = Array.from({ length: 10 }, (_, index) => base + index);
    const ocas = Array.from({ length: 12 }, (_, index) => base + 100 + index);
    const claims = [...near, ...ocas].map((port) => ({ owner: 'a test fleet', host: '0.0.0.0', port }));
    if (!(await findTakenPort(claims))) return base;
  }
  throw new FleetError('fleet/port-in-use', 'No block of free ports found for another fleet.');
}

function isFree({ host, port }: PortClaim): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
