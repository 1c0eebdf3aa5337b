import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { addKeptSample, findFreeBasePort } from '@pressplay/testkit/fleet';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const CLI = path.join(ROOT, 'packages/cli/bin/pressplay.mjs');

/** What the processes run as. Tests read sources, processes need bundles. */
export function missingBuild(): string | undefined {
  const needed = ['packages/cli/dist/index.mjs', 'mock-backend/dist/main.mjs', 'mock-oca/dist/main.mjs'];
  const missing = needed.find((file) => !existsSync(path.join(ROOT, file)));
  return missing && `${missing} is missing: run "npm run build" before the process tests`;
}

export interface Place {
  readonly dataDir: string;
  readonly port: number;
  /** `up` on this place. */
  readonly args: readonly string[];
  remove(): void;
}

export async function newPlace(): Promise<Place> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-processes-'));
  await addKeptSample(dataDir);
  const port = await findFreeBasePort();
  return {
    dataDir,
    port,
    args: ['--data', dataDir, '--port', String(port)],
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Processes that belong to a fleet: by its data folder in their command line or environment. */
export function processesOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((file) => contains(file, dataDir)))
    .map(Number);
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes(text);
  } catch {
    return false;
  }
}

/** All ports that a fleet of this place listens on and that still accept. */
export async function openPorts(port: number): Promise<string[]> {
  const local = [port, port + 1, port + 2, port + 3, port + 9].map((number) => ({ host: '127.0.0.1', port: number }));
  const counts = [4, 2, 3, 3];
  const ocas = counts.flatMap((count, site) =>
    Array.from({ length: count }, (_, index) => ({ host: `127.20.${site + 1}.${index + 1}`, port: port + 100 })),
  );
  const answers = await Promise.all(
    [...local, ...ocas].map(async (address) => ((await accepts(address)) ? `${address.host}:${address.port}` : '')),
  );
  return answers.filter((address) => address !== '');
}

function accepts(address: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export interface Run {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the text has been printed. */
  printed(text: string, limitMs?: number): Promise<void>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Resolves when it has exited and all that it and its children said has arrived. */
  readonly silent: Promise<unknown>;
}

/** What it starts, and what those start, carry the place in their environment: `processesOf` finds them by it. */
export function start(place: Place, command: string, args: readonly string[]): Run {
  const { NODE_OPTIONS: _options, npm_lifecycle_event: _event, ...own } = process.env;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...own, PRESSPLAY_TEST_PLACE: place.dataDir },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', reject);
  });
  const silent = new Promise((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => output,
    exited,
    silent,
    printed: (text, limitMs = 180_000) =>
      until(
        () => output.includes(text),
        limitMs,
        () => `"${text}" was not printed:\n${output}`,
      ),
  };
}

export async function until(
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  explain: () => string,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
