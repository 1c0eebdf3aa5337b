import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Log } from '../../deps.ts';
import { birdConfig, passwordIn } from '../bird-config.ts';
import type { StartedBgp } from '../routes-config.ts';
import { RoutesError } from '../routes-error.ts';

/**
 * Keeps the right to start BIRD anew, for port 179, after the agent has given up its own: a word on its input starts BIRD, and the end of
 * its input, which also comes when the agent is killed, ends both.
 */
const KEEPER = `bird=
end() { if [ -n "$bird" ]; then kill "$bird" 2>/dev/null; wait "$bird"; fi; }
trap 'end; exit 0' TERM INT
while read -r word; do end; "$@" </dev/null & bird=$!; done
end`;
const RESTART_MS = 5000;
const END_MS = 3000;

export interface DaemonUser {
  readonly name: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

/** A BIRD of our own in a folder that nobody else may read. */
export class BirdDaemon {
  readonly socket: string;
  readonly #folder: string;
  readonly #keeper: ChildProcess;
  #startedAtMs = Number.NEGATIVE_INFINITY;

  /** Throws a `RoutesError` where a password cannot be read. `user`: whom BIRD becomes where this process is root. */
  constructor(config: StartedBgp, program: string, log: Log, user?: DaemonUser) {
    this.#folder = mkdtempSync(join(tmpdir(), 'pressplay-bird-'));
    this.socket = join(this.#folder, 'bird.ctl');
    const path = join(this.#folder, 'bird.conf');
    try {
      writeFileSync(path, birdConfig(config, readPassword), { mode: 0o600 });
    } catch (error) {
      rmSync(this.#folder, { recursive: true });
      throw error;
    }
    if (user) for (const each of [this.#folder, path]) chownSync(each, user.uid, user.gid);
    const rights = user ? ['-u', user.name, '-g', user.group] : [];
    const bird = [program, '-f', '-c', path, '-s', this.socket, ...rights];
    this.#keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', ...bird], {
      cwd: this.#folder,
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    });
    this.#keeper.on('error', (error) => log('error', 'BIRD cannot be started', { error: String(error) }));
    this.#keeper.stdin?.on('error', () => {});
    if (this.#keeper.stderr)
      createInterface({ input: this.#keeper.stderr }).on('line', (line) => log('debug', 'BIRD says', { line }));
    process.once('exit', this.#tidy);
    this.start();
  }

  /** Starts BIRD, again where it has ended; not more often than every few seconds. */
  start(): void {
    if (performance.now() - this.#startedAtMs < RESTART_MS) return;
    this.#startedAtMs = performance.now();
    this.#keeper.stdin?.write('start\n');
  }

  async close(): Promise<void> {
    process.off('exit', this.#tidy);
    const gone = new Promise<void>((resolve) => this.#keeper.once('exit', () => resolve()));
    this.#keeper.stdin?.end();
    if (this.#keeper.exitCode === null)
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, END_MS))]);
    this.#tidy();
  }

  readonly #tidy = (): void => {
    this.#keeper.stdin?.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

function readPassword(path: string): string {
  try {
    return passwordIn(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof RoutesError) throw error;
    throw new RoutesError(
      'routes/file-unreadable',
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
    );
  }
}
