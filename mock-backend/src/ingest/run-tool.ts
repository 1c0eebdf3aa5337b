import { spawn } from 'node:child_process';
import { IngestError } from './ingest-error.ts';

const KEPT_STDERR_CHARACTERS = 8000;
const COMMAND_NOT_FOUND = 127;

/**
 * Runs the tool beside a reader of our pipe: when the pipe ends, because we closed it or because this process was killed
 * in whatever way, the tool is killed. ffmpeg alone would go on encoding for nobody.
 */
const LIFELINE = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & tool=$!',
  '{ read -r _ <&3; kill -9 "$tool"; } >/dev/null 2>&1 & lifeline=$!',
  'wait "$tool"; code=$?',
  'kill -9 "$lifeline" 2>/dev/null',
  'exit "$code"',
].join('\n');

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
    const child = spawnWithLifeline(command, args);
    const kill = () => (process.platform === 'win32' ? child.kill() : child.stdin.destroy());
    signal?.addEventListener('abort', kill);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (onStdout) onStdout(text);
      else stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    child.on('error', (cause) => reject(missingTool(command, cause.message)));
    child.on('close', (exitCode) => {
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(signal.reason);
      else if (exitCode === COMMAND_NOT_FOUND) reject(missingTool(command, stderr.trim()));
      else resolve({ exitCode, stdout, stderr });
    });
  });
}

function spawnWithLifeline(command: string, args: readonly string[]) {
  const [file, fileArgs] =
    process.platform === 'win32' ? [command, args] : ['sh', ['-c', LIFELINE, 'sh', command, ...args]];
  return spawn(file, fileArgs, { stdio: ['pipe', 'pipe', 'pipe'] });
}

function missingTool(command: string, reason: string): IngestError {
  const how = 'install ffmpeg (apt-get install ffmpeg, brew install ffmpeg, winget install ffmpeg)';
  return new IngestError('ingest/tool-missing', `${command} cannot be started: ${how}`, { tool: command, reason });
}
