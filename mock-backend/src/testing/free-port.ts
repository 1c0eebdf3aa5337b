import { createServer } from 'node:net';

const OWN_PORTS = 20;
/** Below those that the kernel gives to connections: a port that is bound later, or again, shall not be somebody's meanwhile. */
const firstPort = 12_000 + (process.pid % 900) * OWN_PORTS;
let asked = 0;

/** A port that nobody listens on now, out of some that only this process takes. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < OWN_PORTS; tried++) {
    const port = firstPort + (asked++ % OWN_PORTS);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`No port from ${firstPort} to ${firstPort + OWN_PORTS - 1} is free on ${host}.`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
