import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { maskMediaToken } from '@pressplay/protocol/wire';
import type { Log } from '../../deps.ts';
import { askAgentSocket } from './agent-client.ts';
import { targetOfDiskError } from './disk-error-line.ts';
import { killGroup } from './stale-nginx.ts';

const SETPRIV = '/usr/bin/setpriv';
const LOOK_MS = 5;
const READY_WITHIN_MS = 10_000;
const SLOWEST_RETRY_MS = 5000;
/** One that ran for so long did not die of its start. */
const SETTLED_MS = 10_000;

export interface NginxProcessPorts {
  readonly binary: string;
  readonly folder: string;
  /** The configuration; the number stands for this very text. */
  readonly configOf: (generation: number) => string;
  /** It answers, with an empty memory. */
  readonly onStarted: () => Promise<void>;
  readonly onDiskError: (target: string) => void;
  readonly log: Log;
  /** A socket bound to its port already, where nginx may not bind it. */
  readonly listenFd?: number | undefined;
}

/** nginx with its workers, in a process group of its own: started, watched, reloaded, ended. */
export class NginxProcess {
  readonly #ports: NginxProcessPorts;
  #child: ChildProcess | undefined;
  #generation = 0;
  #startedAtMs = 0;
  #starting = false;
  #failures = 0;
  #stopped = false;
  #lastWords: string[] = [];
  /** Whatever changes the process waits for what changes it now. */
  #turn: Promise<void> = Promise.resolve();

  constructor(ports: NginxProcessPorts) {
    this.#ports = ports;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Rejects with nginx's own words when it cannot run. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  /** Takes up a new configuration: new workers take new requests, old ones finish what runs. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      this.#writeConfig();
      this.#child?.kill('SIGHUP');
      await this.#untilGeneration();
    });
  }

  /** Breaks what runs, and begins with an empty memory. */
  restart(reason: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped) return;
      this.#ports.log('warn', 'nginx is started anew', { reason });
      await this.#end('SIGKILL', 0);
      await this.#start();
    });
  }

  /** Opens its log files anew. */
  async reopenLogs(): Promise<void> {
    this.#child?.kill('SIGUSR1');
    const path = join(this.#ports.folder, 'access.log');
    for (let waitedMs = 0; !existsSync(path) && waitedMs < READY_WITHIN_MS; waitedMs += LOOK_MS) await pause(LOOK_MS);
  }

  /** Running responses get `graceMs`. */
  stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    return this.#inTurn(() => this.#end('SIGQUIT', graceMs));
  }

  async #start(): Promise<void> {
    const { binary, folder, log, listenFd } = this.#ports;
    this.#writeConfig();
    // A killed nginx leaves its socket behind, on which no other may listen.
    rmSync(join(folder, 'agent.sock'), { force: true });
    const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
    // Whoever kills this process means nginx too: nobody would watch it.
    const [command = '', ...rest] = existsSync(SETPRIV)
      ? [SETPRIV, '--pdeathsig', 'TERM', '--', binary, ...args]
      : [binary, ...args];
    const child = spawn(command, rest, {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', ...(listenFd === undefined ? [] : [listenFd])],
      // So one nginx hands its sockets to the next: the numbers of those that are open already.
      env: { ...process.env, ...(listenFd !== undefined && { NGINX: '3;' }) },
    });
    this.#child = child;
    this.#startedAtMs = performance.now();
    this.#lastWords = [];
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#said(child, line));
    child.on('error', (error) => log('error', 'nginx cannot be started', { error: String(error) }));
    child.on('exit', (code, signal) => void this.#exited(child, signal ?? `code ${code}`));
    this.#starting = true;
    try {
      await this.#untilGeneration();
    } finally {
      this.#starting = false;
    }
    await this.#ports.onStarted();
    log('info', 'nginx serves', { pid: child.pid });
  }

  #writeConfig(): void {
    this.#generation += 1;
    writeFileSync(join(this.#ports.folder, 'nginx.conf'), this.#ports.configOf(this.#generation), { mode: 0o600 });
  }

  async #untilGeneration(): Promise<void> {
    const child = this.#child;
    const socketPath = join(this.#ports.folder, 'agent.sock');
    for (const endMs = performance.now() + READY_WITHIN_MS; performance.now() < endMs; await pause(LOOK_MS)) {
      if (!child || hasEnded(child)) throw new Error(`nginx ended: ${this.#lastWords.join(' / ')}`);
      // A request that fails costs a hundred times as much as a look, and nginx has better use for the processor now.
      if (!existsSync(socketPath)) continue;
      const answer = await askAgentSocket(socketPath, '/generation').catch(() => '');
      if (Number(answer) === this.#generation) return;
    }
    throw new Error(`nginx did not take up its configuration: ${this.#lastWords.join(' / ')}`);
  }

  #said(child: ChildProcess, text: string): void {
    const line = maskMediaToken(text);
    const failed = targetOfDiskError(line);
    if (failed !== undefined) this.#ports.onDiskError(failed);
    this.#lastWords = [...this.#lastWords, line].slice(-5);
    const [, level = 'warn'] = /\[(\w+)\]/.exec(line) ?? [];
    this.#ports.log(level === 'warn' || level === 'notice' ? 'debug' : 'error', 'nginx says', { line });
    // What a crashed worker counted in shared memory stays counted for ever.
    if (/worker process \d+ exited on signal/.test(line) && child === this.#child && !this.#stopped)
      this.restart('a worker crashed').catch((error: unknown) => this.#again(error));
  }

  async #exited(child: ChildProcess, how: string): Promise<void> {
    if (child.pid !== undefined) killGroup(child.pid);
    // While it starts or is ended on purpose, somebody waits for it and knows.
    if (this.#stopped || child !== this.#child || this.#starting) return;
    this.#ports.log('error', 'nginx ended', { how, lastWords: this.#lastWords });
    this.#child = undefined;
    this.#again(new Error(`ended with ${how}`));
  }

  /** At once the first time; then later and later, until it has run for a while. */
  #again(error: unknown): void {
    if (this.#stopped) return;
    this.#failures = performance.now() - this.#startedAtMs > SETTLED_MS ? 0 : this.#failures + 1;
    const waitMs = this.#failures <= 1 ? 0 : Math.min(SLOWEST_RETRY_MS, 50 * 2 ** this.#failures);
    this.#ports.log('warn', 'nginx is started again', { error: String(error), waitMs });
    setTimeout(() => {
      if (this.#stopped) return;
      this.#inTurn(async () => {
        if (!this.#stopped && (!this.#child || hasEnded(this.#child))) await this.#start();
      }).catch((failed: unknown) => this.#again(failed));
    }, waitMs).unref();
  }

  async #end(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || hasEnded(child)) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    child.kill(signal);
    await gone;
    clearTimeout(timer);
    if (child.pid !== undefined) killGroup(child.pid);
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(change, change);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
