import { spawnSync } from 'node:child_process';
import { RoutesError } from '../routes-error.ts';

const CANDIDATES = ['bird', '/usr/sbin/bird', '/usr/local/sbin/bird'];

/** The program of BIRD 2. Throws a `RoutesError` where there is none. */
export function findBird(program?: string): string {
  const candidates = program === undefined ? CANDIDATES : [program];
  for (const candidate of candidates) {
    const { status, stdout, stderr } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (status === 0 && /BIRD version [2-9]/.test(stdout + stderr)) return candidate;
  }
  throw new RoutesError(
    'routes/daemon-missing',
    `There is no BIRD 2 at ${candidates.join(', ')} (Debian: apt-get install bird2).`,
  );
}
