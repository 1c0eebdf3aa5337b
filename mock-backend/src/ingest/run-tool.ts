import { type ChildProcess, spawn } from 'node:child_process';
import { IngestError } from './ingest-error.ts';

const KEPT_STDERR_CHARACTERS = 8000;

export interface ToolOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece of standard output, which is then not kept. */
  readonly onStdout?: (text: string) => void;
}

/**
 * Runs a tool to its end. An abort kills it and rejects with the signal's reason once the process is gone, so that
 * the caller may remove its files.
 */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolOutcome> {
  const { signal, onStdout } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = endWith(child, signal);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (onStdout) onStdout(text);
      else stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('error', (cause) => {
      stop();
      reject(missingTool(command, cause));
    });
    child.on('close', (exitCode) => {
      stop();
      if (signal?.aborted) reject(signal.reason);
      else resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Kills the child when the signal fires or when this process exits; the answer undoes both. */
function endWith(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  process.on('exit', kill);
  return () => {
    signal?.removeEventListener('abort', kill);
    process.off('exit', kill);
  };
}

function missingTool(command: string, cause: Error): IngestError {
  const message = `${command} cannot be started: install ffmpeg (apt-get install ffmpeg, brew install ffmpeg, winget install ffmpeg)`;
  return new IngestError('ingest/tool-missing', message, { tool: command, reason: cause.message }, { cause });
}
