import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface WorkerUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

const WANTED = ['pressplay', 'www-data', 'nginx', 'nobody'];

/** Whom an appliance becomes, or nginx's workers where it stays root: the first of these that the machine knows, or the one named. */
export function findWorkerUser(name?: string): WorkerUser | undefined {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const groups = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of name === undefined ? WANTED : [name]) {
    const [, , uid, gid] = users.find(([each]) => each === wanted) ?? [];
    const group = groups.find(([, , id]) => id === gid)?.[0];
    if (uid !== undefined && gid !== undefined && group !== undefined)
      return { name: wanted, group, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** The first folder on the way to `path`, itself included, that this user may not enter; undefined where the way is free. */
export function closedFolder(path: string, { uid, gid }: Pick<WorkerUser, 'uid' | 'gid'>): string | undefined {
  if (uid === 0) return undefined;
  const above = dirname(path);
  const closed = above === path ? undefined : closedFolder(above, { uid, gid });
  if (closed !== undefined) return closed;
  const stats = statSync(path);
  const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001;
  return (stats.mode & bit) === 0 ? path : undefined;
}
