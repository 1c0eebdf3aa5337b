import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { StepError } from './terminal.mjs';

export const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');

const running = new Set();

/**
 * Runs a program in a process group of its own, so that it can be ended with all its children, and rejects unless it
 * exits with 0. `quiet` keeps its output and shows it only when it fails; `silent` does not show it then either, for what
 * is only tried.
 */
export function run(command, args, options = {}) {
  const { env = {}, cwd = ROOT, quiet = false, silent = false, timeoutMs, name = path.basename(command) } = options;
  return new Promise((resolve, reject) => {
    const stdio = quiet || silent ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
    const child = spawn(command, args, { cwd, stdio, detached: true, env: { ...process.env, ...env } });
    running.add(child);
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const timer = timeoutMs && setTimeout(() => killGroup(child, 'SIGKILL'), timeoutMs);
    const settle = (failure) => {
      clearTimeout(timer);
      running.delete(child);
      if (!failure) return resolve(output);
      if (quiet && output) process.stderr.write(output.endsWith('\n') ? output : `${output}\n`);
      reject(new StepError(failure));
    };
    child.once('error', (error) => settle(`${name} cannot be started: ${error.message}`));
    child.once('close', (code, signal) => {
      if (code === 0) return settle();
      settle(
        signal === 'SIGKILL' && timeoutMs
          ? `${name} took longer than ${timeoutMs / 1000} s`
          : `${name} failed (${signal ?? `exit code ${code}`})`,
      );
    });
  });
}

/** npm, the same that runs this script where one does. */
export function npm(args, options = {}) {
  const own = process.env.npm_execpath;
  const name = `npm ${args[0]}`;
  if (own?.endsWith('.js') || own?.endsWith('.cjs')) return run(process.execPath, [own, ...args], { name, ...options });
  return run('npm', args, { name, ...options });
}

/** The entry of an installed package's command, run by this Node. */
export function node(file, args, options = {}) {
  return run(process.execPath, [path.join(ROOT, file), ...args], {
    name: path.basename(path.dirname(file)),
    ...options,
  });
}

export function works(command, args = ['-version']) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** Ends what runs now on Ctrl-C and SIGTERM, and when npm is gone, which leaves its node behind. Returns the end of watching. */
export function endWithParent(onEnd = () => {}) {
  const atStart = ancestors();
  const end = () => {
    onEnd();
    for (const child of running) killGroup(child, 'SIGTERM');
    setTimeout(
      () => {
        for (const child of running) killGroup(child, 'SIGKILL');
        process.exit(130);
      },
      running.size > 0 ? 3000 : 0,
    );
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, end);
  const timer = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    end();
  }, 250);
  timer.unref();
  return () => {
    clearInterval(timer);
    for (const signal of signals) process.off(signal, end);
  };
}

/** The parent, and its parent: npm puts a shell between, which outlives a killed npm. */
function ancestors() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
