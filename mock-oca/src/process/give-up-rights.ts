import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import * as net from 'node:net';
import { dirname, join } from 'node:path';
import type { Log } from '../deps.ts';
import { closedFolder, findWorkerUser, type WorkerUser } from '../engines/nginx/worker-user.ts';

const BIND_WITHIN_MS = 700;
const LOOK_MS = 20;

export interface RightsNeeds {
  readonly user?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly disks: readonly string[];
  readonly stateFolder?: string | undefined;
  readonly requestLogFile?: string | undefined;
}

export interface Rights {
  /** Whom to become; absent where this process stays who it is. */
  readonly user?: WorkerUser;
  /** A socket bound to the port, where only root may bind it. */
  readonly fd?: number;
}

/**
 * What only root can do, done while this process is root: its folders become those of the user whom it will be, and a port that others may
 * not bind is bound. Rejects with a message for a person where a user is named who cannot do the work; where none is named it stays root and says why.
 */
export async function prepareRights(needs: RightsNeeds, log: Log): Promise<Rights> {
  if (process.getuid?.() !== 0 || needs.user === 'root') return {};
  const user = findWorkerUser(needs.user);
  const folders = [...needs.disks, ...(needs.stateFolder === undefined ? [] : [needs.stateFolder])];
  const why = user ? whyNot(user, needs, folders) : `this machine has no user ${needs.user ?? 'to become'}`;
  if (why !== undefined || !user) {
    if (needs.user !== undefined) throw new Error(`The appliance cannot become ${needs.user}: ${why}.`);
    log('warn', 'the appliance keeps the rights of root', { why });
    return {};
  }
  for (const folder of folders) handOver(folder, user);
  const { requestLogFile } = needs;
  if (requestLogFile !== undefined) {
    const fd = openSync(
      requestLogFile,
      constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW,
    );
    fchownSync(fd, user.uid, user.gid);
    closeSync(fd);
  }
  return { user, ...(isPrivileged(needs.port) && { fd: await bind(needs.host, needs.port) }) };
}

/** From here on this process is that user, for good. */
export function giveUpRights({ user }: Rights, log: Log): void {
  if (!user || !process.setgid || !process.setuid) return;
  // Missing in the types. With it go the user's other groups, such as the one that may open a daemon's socket.
  (process as typeof process & { initgroups(user: string, group: number): void }).initgroups(user.name, user.gid);
  process.setgid(user.gid);
  process.setuid(user.uid);
  log('info', 'the rights of root are given up', { user: user.name });
}

function whyNot(user: WorkerUser, { requestLogFile }: RightsNeeds, folders: readonly string[]): string | undefined {
  for (const folder of folders) makeFolder(folder, user);
  const logFolder = requestLogFile === undefined ? [] : [dirname(requestLogFile)];
  for (const folder of logFolder) makeFolder(folder, user);
  const closed = [...folders, ...logFolder].map((folder) => closedFolder(folder, user)).find(Boolean);
  return closed === undefined ? undefined : `${user.name} may not enter ${closed}`;
}

/** One that is not there yet belongs to the user from the beginning; those above it, too, where they are new. */
function makeFolder(folder: string, user: WorkerUser): void {
  const first = mkdirSync(folder, { recursive: true });
  for (let made = folder; first !== undefined && made.startsWith(first); made = dirname(made))
    chownSync(made, user.uid, user.gid);
}

/** What root has written there before would be closed to the user. Links and folders below are nobody's business. */
function handOver(folder: string, user: WorkerUser): void {
  if (statSync(folder).uid === 0) chownSync(folder, user.uid, user.gid);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (stats.isFile() && stats.uid === 0) lchownSync(path, user.uid, user.gid);
  }
}

function isPrivileged(port: number): boolean {
  if (port === 0) return false;
  try {
    return port < Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return port < 1024;
  }
}

/** A handle that is collected would close its socket. */
const bound: object[] = [];

/** Bound, not listening: whoever serves, Node or one nginx after the other, listens on it. Rejects with the system's error. */
async function bind(host: string, port: number): Promise<number> {
  for (const endMs = performance.now() + BIND_WITHIN_MS; ; ) {
    const made = boundHandle(host, port);
    if (typeof made === 'object') {
      bound.push(made);
      return made.fd;
    }
    if (performance.now() >= endMs) return failAsListening(host, port);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Node's own way to bind for another process, used by its cluster; there is no public one. */
function boundHandle(host: string, port: number): { readonly fd: number } | number {
  const { _createServerHandle: create } = net as unknown as {
    _createServerHandle(host: string, port: number, family: number): { readonly fd: number } | number;
  };
  return create(host, port, net.isIPv6(host) ? 6 : 4);
}

function failAsListening(host: string, port: number): Promise<never> {
  return new Promise((_, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(port, host, () => server.close(() => reject(new Error(`Port ${port} on ${host} cannot be bound.`))));
  });
}
