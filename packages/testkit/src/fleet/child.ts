import { type ChildProcess, fork, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FleetError } from './fleet-error.ts';

export interface ChildSpec {
  /** For messages, as `region us-east-1`. */
  readonly name: string;
  /** The bundled entry. */
  readonly main: string;
  /** Handed over as `PRESSPLAY_CONFIG`. */
  readonly configFile: string;
  /** Standard output and errors of the process. */
  readonly logFile: string;
  readonly readyTimeoutMs?: number;
}

/** One process of the fleet. It ends by itself when the channel to the supervisor closes. */
export interface Child {
  readonly pid: number | undefined;
  /** Resolves when it listens, rejects when it ended or took too long before. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  running(): boolean;
  /** SIGSTOP: its port accepts and nobody answers, until it is killed or its supervisor is gone. */
  hang(): void;
  /** SIGKILL: no goodbye to anyone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL after the grace. */
  end(graceMs: number): Promise<void>;
}

const DEFAULT_READY_TIMEOUT_MS = 90_000;

export function startChild(spec: ChildSpec): Child {
  const logFd = openSync(spec.logFile, 'a', 0o600);
  const child = fork(spec.main, [], {
    env: { ...environmentForChildren(), PRESSPLAY_CONFIG: spec.configFile },
    execArgv: [],
    stdio: ['ignore', logFd, logFd, 'ipc'],
  });
  closeSync(logFd);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const ready = untilReady(child, spec);
  // Whoever awaits `ready` hears of a failure; where nobody does, it is not an unhandled rejection.
  ready.catch(() => undefined);
  const running = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  return {
    pid: child.pid,
    ready,
    exited,
    running,
    hang() {
      if (!running() || child.pid === undefined) return;
      child.kill('SIGSTOP');
      wakeWithoutSupervisor(child.pid);
    },
    async kill() {
      if (running()) child.kill('SIGKILL');
      await exited;
    },
    async end(graceMs) {
      if (running()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** A stopped process cannot see that its supervisor is gone, which is what ends the others: somebody must wake it. */
function wakeWithoutSupervisor(pid: number): void {
  const script = 'while kill -0 $0 && kill -0 $1; do sleep 1; done 2>/dev/null; kill -CONT $1 2>/dev/null';
  spawn('/bin/sh', ['-c', script, String(process.pid), String(pid)], { detached: true, stdio: 'ignore' }).unref();
}

function untilReady(child: ChildProcess, spec: ChildSpec): Promise<void> {
  const timeoutMs = spec.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(
        new FleetError(
          'fleet/process-failed',
          `${spec.name} ${what}. Its log: ${spec.logFile}${lastLine(spec.logFile)}`,
        ),
      );
    };
    const timer = setTimeout(() => fail(`is not ready after ${timeoutMs / 1000} s`), timeoutMs);
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'ready') return;
      clearTimeout(timer);
      resolve();
    });
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code, signal) =>
      fail(`ended ${signal ? `by ${signal}` : `with code ${code}`} before it was ready`),
    );
  });
}

function lastLine(logFile: string): string {
  try {
    const line = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1);
    return line ? `\n  ${line.slice(0, 400)}` : '';
  } catch {
    return '';
  }
}

/** A test runner's own Node options are not for the processes of the fleet. */
function environmentForChildren(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...env } = process.env;
  // Four reads of a disk at once, and some threads to spare: Node reads this before any of our code runs.
  return { UV_THREADPOOL_SIZE: '8', ...env };
}

/** The bundle a package runs as, by its export `./main`. */
export function bundledMain(packageName: string): string {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(`${packageName}/main`);
  } catch (error) {
    throw new FleetError('fleet/build-missing', `${packageName} has no build. Run: npm run build`, { cause: error });
  }
}
